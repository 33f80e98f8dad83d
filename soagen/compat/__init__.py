"""Two versions of contracts -> in which order the change may be rolled out.

The theory is in three modules and everything else follows from them: `verdict` (what a verdict is), `languages` (which
messages a type stands for) and `inclusion` (whether a reader takes all that a writer may send). `compare` walks over
two projects to where they differ; `rules` says what each kind of edit is called, and what to do instead.
"""

from soagen.compat.compare import compare
from soagen.compat.findings import Axis, Finding, Weight
from soagen.compat.verdict import Failures, Verdict, joined

__all__ = ["Axis", "Failures", "Finding", "Verdict", "Weight", "compare", "joined"]

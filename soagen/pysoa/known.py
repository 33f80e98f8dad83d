"""Types of Conformity that are texts of a certain form: the same alias in each contract that needs it.

Rules: a pattern accepts every text that Conformity does. Where it accepts more, a note says so: what a pattern can't
say is left to the service.
"""

from __future__ import annotations

from soagen.model import Kind
from soagen.pysoa.draft import Alias

# What Python's `str.strip` removes, which `allow_blank=False` goes by.
_BLANK = r"\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"

NOT_BLANK = Alias(
    "NotBlank",
    Kind.STRING,
    rf"[{_BLANK}]*[^{_BLANK}][^]*".replace("[^]", r"[\s\S]"),
    "A text that is more than blanks (PySOA's `allow_blank=False`).",
)
EMAIL_ADDRESS = Alias(
    "EmailAddress",
    Kind.STRING,
    r"[\s\S]+@[^@]+",
    "An e-mail address.",
    ("PySOA checks the parts beside the @ by RFC 2822",),
)
IPV4_ADDRESS = Alias(
    "IPv4Address",
    Kind.STRING,
    r"(25[0-5]|2[0-4]\d|[01]?\d?\d)(\.(25[0-5]|2[0-4]\d|[01]?\d?\d)){3}",
    "An IPv4 address.",
)
IPV6_ADDRESS = Alias(
    "IPv6Address",
    Kind.STRING,
    r"[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*",
    "An IPv6 address.",
    ("PySOA checks the parts between the colons",),
)
IP_ADDRESS = Alias(
    "IPAddress",
    Kind.STRING,
    r"[0-9A-Fa-f:.]+",
    "An IPv4 or IPv6 address.",
    ("PySOA checks the parts of the address",),
)

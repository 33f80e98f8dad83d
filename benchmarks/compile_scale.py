"""How long the compiler takes over a big project: a hundred services with twenty actions each, over one common package.

Prints the first build, a second one with nothing changed, one after a single contract changed, `--check`, and
`--version`, each as a user sees it: a process of its own, best of three where that is fair.

    python benchmarks/compile_scale.py [SERVICES] [ACTIONS]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMON = """\
soa: 1
package: common
types:
  Id: {type: string, pattern: "[a-z]+_[0-9]+"}
  Address: {fields: {street: string, city: string, country: {type: string, pattern: "[A-Z]{2}"}}}
errors:
  NOT_FOUND: {message: "There is no {id}", fields: {id: string}}
"""

SERVICE = """\
soa: 1
service: service_{number}
doc: One of many.
imports: {{common: common.soa.yaml}}
context: {{locale: string?}}
switches: {{FASTER: {{id: {number}}}}}
types:
  State: {{enum: [new, running, done]}}
  Item:
    doc: A thing with a price.
    fields:
      sku: {{type: string, min_length: 1, max_length: 20}}
      quantity: {{type: int, min: 1, max: 1000}}
      price: money
      made_on: date?
  Card: {{fields: {{last4: string}}}}
  Iban: {{fields: {{iban: {{type: string, sensitive: true}}}}}}
  Payment: {{union: {{card: Card, iban: Iban}}}}
actions:
"""

ACTION = """\
  action_{number}:
    doc: Does something with some items.
    timeout: 5s
    request:
      id: common.Id
      items: {{type: list<Item>, max_items: 100}}
      ship_to: common.Address?
      payment: Payment?
      labels: {{type: map<string>, default: {{}}}}
      at: datetime
    response:
      state: State
      items: list<Item>
      total: decimal
    errors: [common.NOT_FOUND]
"""


def make(folder: Path, services: int, actions: int) -> None:
    """Writes the contracts."""
    (folder / "common.soa.yaml").write_text(COMMON)
    for number in range(1, services + 1):
        text = SERVICE.format(number=number) + "".join(ACTION.format(number=n) for n in range(1, actions + 1))
        (folder / f"service_{number}.soa.yaml").write_text(text)


def seconds(*arguments: str, rounds: int = 1) -> float:
    """How long ``soagen`` takes with these arguments, at best. Raises `CalledProcessError` if it fails."""
    return min(_once(arguments) for _ in range(rounds))


def _once(arguments: tuple[str, ...]) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "soagen", *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main(services: int = 100, actions: int = 20) -> None:
    """Measures and prints."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        contracts = folder / "contracts"
        contracts.mkdir()
        make(contracts, services, actions)
        (folder / "soagen.yaml").write_text("sources: [contracts]\npackage: big.api\n")
        config = ("build", "--config", str(folder / "soagen.yaml"))
        print(f"{services} services with {actions} actions each")
        print(f"  first build               {seconds(*config):6.2f} s")
        print(f"  second, nothing changed   {seconds(*config, rounds=3):6.2f} s")
        with (contracts / "service_1.soa.yaml").open("a") as file:
            file.write(ACTION.format(number=actions + 1))
        print(f"  after a change in one     {seconds(*config):6.2f} s")
        print(f"  --check                   {seconds(*config, '--check'):6.2f} s")
        print(f"  soagen --version          {seconds('--version', rounds=5):6.2f} s")
        files = list((folder / "big").rglob("*.py"))
        print(f"  {len(files)} files, {sum(file.stat().st_size for file in files) / 1e6:.1f} MB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

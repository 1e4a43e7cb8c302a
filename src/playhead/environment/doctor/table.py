"""Every finding there can be: its code, how bad it is, what it means for recordings and what mends it.

The one table: checks take their words from it by `playhead.environment.doctor.codes`, and the table in
docs/services/environment.md is made from it.
"""

from typing import Final

from playhead.environment.doctor.table_machine import MACHINE
from playhead.environment.doctor.table_network import NETWORK
from playhead.environment.doctor.table_services import SERVICES

TABLE: Final = (*NETWORK, *SERVICES, *MACHINE)

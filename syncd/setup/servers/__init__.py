"""Where the mail, calendars and contacts of an address are, from the address alone.

    look(address, Network())        -> Settings   look.py: the table, then what the domain says
    providers.by_domain(...)        providers.py: the table, providers.yaml
    Names                           names.py: SRV, TXT and MX records
    mail_settings(xml, address)     autoconfig.py: what a domain publishes for mail programs

The address is told to nobody but the domain that it belongs to. Nothing is signed in to here, and
no password is known.
"""

from syncd.setup.servers.look import look, look_url
from syncd.setup.servers.model import DavServer, MailServer, Settings
from syncd.setup.servers.names import Names
from syncd.setup.servers.network import Network

__all__ = ["DavServer", "MailServer", "Names", "Network", "Settings", "look", "look_url"]

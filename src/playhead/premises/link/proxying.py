"""The way out of the site: directly, or through its proxy."""

from playhead.net.network import Network
from playhead.net.pool.proxy import ProxiedNetwork
from playhead.premises.link.config import LinkConfig
from playhead.store.password_files import read_password


def way_out(config: LinkConfig, network: Network) -> Network:
    """How to get to the cloud. Blocks shortly.

    Raises:
        UnavailableError: ``link.proxy_password``: the file cannot be read.
        InvalidInputError: ``link.proxy_password``: there is none in it.
    """
    if config.proxy is None:
        return network
    file = config.proxy_password_file
    password = "" if file is None else read_password(file, "link.proxy_password")
    return ProxiedNetwork(config.proxy, network, config.proxy_user or None, password)

"""Messages between services: one interface over what takes them, in this process or in a broker."""

from playhead.net.messaging.in_process import InProcess
from playhead.net.messaging.rabbitmq import Broker, RabbitMq
from playhead.net.messaging.transport import Bury, Handler, Message, State, Transport

__all__ = ["Broker", "Bury", "Handler", "InProcess", "Message", "RabbitMq", "State", "Transport"]

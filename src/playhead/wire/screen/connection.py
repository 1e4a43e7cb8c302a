"""The core of the screen protocol: bytes in, messages out, bytes to send. Both ends use it (docs/wire/screen.md)."""

from typing_extensions import Buffer

from playhead.base.errors import InvalidInputError, LimitError, ProtocolError, UnavailableError
from playhead.base.ids import WorkstationId
from playhead.wire.screen import messages as m
from playhead.wire.screen.channels import Channels
from playhead.wire.screen.codec import decode_control, encode_control
from playhead.wire.screen.frames import FrameReader, control_frame, records_head
from playhead.wire.screen.limits import (
    MAX_CODE_CHARACTERS,
    MAX_COMMANDS,
    MAX_CONTROL_BYTES,
    MAX_FIRST_BYTES,
    MAX_PROBES,
    MAX_RECORDS_BYTES,
    MAX_TEXT_CHARACTERS,
    VERSIONS,
)
from playhead.wire.screen.states import CONNECTION, Role, State


class Connection:
    """One connection of the screen protocol.

    Args:
        role: which end this is.
        identity: premises only: whom the peer's TLS certificate names; None where it showed none.
        trusting: premises only, for plain TCP where the configuration allows it: take `Hello.workstation` as said.

    Give `receive_data` what arrived, act on the messages it returns, `send` messages, and write out `data_to_send`.
    A fault of the peer closes the connection with a queued `Goodbye`; a misuse by our side is an `AssertionError`.
    """

    def __init__(self, role: Role, *, identity: WorkstationId | None = None, trusting: bool = False) -> None:
        self.role = role
        self.state = State.OPENING
        self.fault: ProtocolError | None = None
        self.hello: m.Hello | None = None
        self.welcome: m.Welcome | None = None
        self._identity = identity
        self._trusting = trusting
        self._reader = FrameReader(max_control_bytes=MAX_FIRST_BYTES, max_records_bytes=0)
        self._out: list[bytes | memoryview] = []
        self._channels = Channels()
        self._commands: set[int] = set()
        self._last_command = -1
        self._probes = 0
        self._probed = 0
        self._last_examine = 0
        self._is_examining = False

    @property
    def established(self) -> bool:
        """Whether the handshake is over."""
        return self.state is State.OPEN

    @property
    def closed(self) -> bool:
        """Whether nothing more can be sent or received. What is queued should still be written out."""
        return self.state is State.CLOSED

    @property
    def channels(self) -> int:
        """How many channels are open; at ``MAX_CHANNELS`` no other may be offered."""
        return len(self._channels)

    @property
    def held_bytes(self) -> int:
        """Received bytes that are not a whole message yet: never more than one frame."""
        return self._reader.held_bytes

    def receive_data(self, data: Buffer) -> list[m.Message]:
        """The messages that ``data`` completes. Nothing of ``data`` is kept by reference.

        Messages before a fault are returned; the fault is then in `fault` and is raised by the next call. After the
        end of the connection bytes are ignored.

        Raises:
            ProtocolError: ``screen.*``, after queueing a `Goodbye`.
        """
        if self.fault is not None:
            raise self.fault
        received: list[m.Message] = []
        if self.closed:
            return received
        try:
            for frame in self._reader.read(data):
                message = frame if isinstance(frame, m.Records) else decode_control(frame)
                if self._step(self.role.peer, message):
                    received.append(message)
                if self.closed:
                    break
        except ProtocolError as fault:
            self._refuse(fault)
            if not received:
                raise
        return received

    def receive_eof(self) -> None:
        """The stream ended.

        Raises:
            ProtocolError: ``screen.truncated`` where it ended inside a frame; or the fault not raised yet.
        """
        if self.fault is not None:
            raise self.fault
        if self.state is State.CLOSED:
            return
        self.state = State.CLOSED
        if self._reader.held_bytes:
            self.fault = ProtocolError("screen.truncated", "The stream ended inside a frame.")
            raise self.fault

    def send(self, message: m.Message) -> int:
        """Queue one message. `Records.data` is queued by reference: do not change it until it is written out.

        `Records` and `End` for a channel that the premises has declined meanwhile are dropped silently.

        Returns:
            How many bytes were queued: 0 where the message was dropped.

        Raises:
            UnavailableError: ``screen.closed``.
            LimitError: ``screen.channels``, ``screen.commands``, ``screen.examination``.
            AssertionError: the message may not be sent in this state, or breaks its own bounds.
        """
        if self.state is State.CLOSED:
            raise UnavailableError("screen.closed", "The connection is closed.")
        if isinstance(message, m.Offer) and self._channels.full:
            raise LimitError("screen.channels", "Too many segments are on their way already.")
        if isinstance(message, m.Command) and len(self._commands) >= MAX_COMMANDS:
            raise LimitError("screen.commands", "The workstation has too many commands to answer already.")
        if isinstance(message, m.Examine) and self._is_examining:
            raise LimitError("screen.examination", "The workstation examines its machine already.")
        if isinstance(message, m.Records):
            if not 0 < len(message.data) <= MAX_RECORDS_BYTES:
                raise AssertionError(f"Records of {len(message.data)} bytes")
            frame = [records_head(message), message.data]
        else:
            frame = [control_frame(encode_control(message))]
        try:
            sent = self._step(self.role, message)
        except ProtocolError as error:
            raise AssertionError(f"May not send {type(message).__name__} now: {error.message}") from error
        if not sent:
            return 0
        self._out += frame
        return sum(map(len, frame))

    def data_to_send(self) -> list[bytes | memoryview]:
        """What is to be written out, in order. Each byte is handed out once."""
        out = self._out
        self._out = []
        return out

    def heartbeat(self, wall_time_us: int) -> m.Heartbeat | None:
        """What to send when silent for too long; None while the handshake is not over."""
        return m.Heartbeat(wall_time_us) if self.state is State.OPEN else None

    @staticmethod
    def goodbye(code: str, message: str, retry_ms: int = 0) -> m.Goodbye:
        """The message that closes. Words that are too long are cut rather than refused."""
        return m.Goodbye(code[:MAX_CODE_CHARACTERS], message[:MAX_TEXT_CHARACTERS], retry_ms)

    def _refuse(self, fault: ProtocolError) -> None:
        self.fault = fault
        self.state = State.CLOSED
        self._out.append(control_frame(encode_control(self.goodbye(fault.code, fault.message))))

    def _step(self, sender: Role, message: m.Message) -> bool:
        """Take ``message`` through the tables; False where it is to be dropped.

        Raises:
            ProtocolError: the sender may not send it now.
        """
        after = CONNECTION.get((self.state, sender, type(message)))
        if after is None:
            text = f"{type(message).__name__} cannot come from {sender.name.lower()} while {self.state.name.lower()}."
            raise ProtocolError("screen.order", text)
        match message:
            case m.Records() | m.Ack() | m.End() | m.Accept() | m.Decline():
                return self._channels.step(message)
            case m.Offer():
                self._channels.offer(message)
            case m.Command():
                self._command(message)
            case m.Result():
                if message.id not in self._commands:
                    raise ProtocolError("screen.result", f"There is no command {message.id} to answer.")
                self._commands.remove(message.id)
            case m.Examine() | m.Examined():
                self._examination(message)
            case m.Probe() | m.Probed():
                self._probe(message)
            case m.Hello() | m.Enrol() | m.Welcome():
                self._handshake(message)
            case _:
                pass
        self.state = after
        return True

    def _handshake(self, message: m.Hello | m.Enrol | m.Welcome) -> None:
        if isinstance(message, m.Welcome):
            if self.hello is None or message.version not in self.hello.versions:
                raise ProtocolError("screen.version", f"Version {message.version} was not asked for.")
            self.welcome = message
            self._reader.max_control_bytes = MAX_CONTROL_BYTES
            self._reader.max_records_bytes = MAX_RECORDS_BYTES
            return
        if self.role is Role.PREMISES:
            self._check_identity(message)
        if isinstance(message, m.Hello):
            choose_version(message.versions)
            self.hello = message

    def _probe(self, message: m.Probe | m.Probed) -> None:
        if isinstance(message, m.Probed):
            if self._probed >= self._probes:
                raise ProtocolError("screen.probe", "There is no probe to answer.")
            self._probed += 1
            return
        if self.role is Role.PREMISES and self._identity is None and not self._trusting:
            raise ProtocolError("screen.certificate_required", "Enrol this workstation first: it has no certificate.")
        if self._probes >= MAX_PROBES:
            raise ProtocolError("screen.probe", f"A connection is probed at most {MAX_PROBES} times.")
        self._probes += 1

    def _check_identity(self, message: m.Hello | m.Enrol) -> None:
        try:
            claimed = WorkstationId(message.workstation)
        except InvalidInputError as error:
            raise ProtocolError("screen.message", error.message) from None
        if isinstance(message, m.Enrol):
            if self._trusting:
                raise ProtocolError("screen.tls_required", "Nobody is enrolled over plain TCP.")
            if message.code:
                return  # a stranger with a code; without one it is a renewal
        elif self._trusting:
            return
        if self._identity is None:
            raise ProtocolError("screen.certificate_required", "Enrol this workstation first: it has no certificate.")
        if self._identity != claimed:
            text = f"The certificate is of workstation {self._identity}, not of {claimed}."
            raise ProtocolError("screen.identity", text)

    def _command(self, message: m.Command) -> None:
        if message.id <= self._last_command:
            raise ProtocolError("screen.command", f"Command {message.id} is not new.")
        if len(self._commands) >= MAX_COMMANDS:
            raise ProtocolError("screen.commands", f"More than {MAX_COMMANDS} commands are unanswered.")
        self._last_command = message.id
        self._commands.add(message.id)

    def _examination(self, message: m.Examine | m.Examined) -> None:
        if isinstance(message, m.Examine):
            if self._is_examining or message.request <= self._last_examine:
                raise ProtocolError("screen.examination", f"Examination {message.request} cannot be asked for now.")
            self._last_examine, self._is_examining = message.request, True
        elif message.request:
            if not self._is_examining or message.request != self._last_examine:
                raise ProtocolError("screen.examination", f"There is no examination {message.request} to answer.")
            self._is_examining = False


def choose_version(offered: tuple[int, ...]) -> int:
    """The first of the peer's versions that is spoken here.

    Raises:
        ProtocolError: ``screen.version``.
    """
    for version in offered:
        if version in VERSIONS:
            return version
    text = f"None of the versions {list(offered)} is spoken here; here are {list(VERSIONS)}."
    raise ProtocolError("screen.version", text)

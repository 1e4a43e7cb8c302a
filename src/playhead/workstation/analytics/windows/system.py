"""The calls to Windows (user32, kernel32, dwmapi, wtsapi32), and nothing that is decided. Imported on Windows only.

References are to learn.microsoft.com/windows/win32. Windows 8 or newer. Titles of other programs' windows are read from
the system, not asked of the program (GetWindowTextW), so that one that hangs holds nobody up.
"""

import ctypes
import sys
import threading
from collections.abc import Callable, Mapping
from ctypes import c_int, c_int32, c_size_t, c_ssize_t, c_uint16, c_uint32, c_void_p, c_wchar_p
from typing import Any, Final

from playhead.workstation.analytics.windows.messages import News, idle_us, of_raw_input, of_session

if sys.platform != "win32":
    raise ImportError("These libraries are those of Windows.")

TITLE_CHARS_MAX: Final = 4_096  # longer ones are cut
PATH_CHARS_MAX: Final = 32_768  # "Maximum Path Length Limitation"
RAW_INPUT_BYTES_MAX: Final = 1_024  # a mouse's or keyboard's takes 48

_WM_QUIT, _WM_ENDSESSION, _WM_INPUT, _WM_WTSSESSION_CHANGE = 0x12, 0x16, 0xFF, 0x2B1
_EVENTS: Final = (
    (0x0003, 0x0003),  # EVENT_SYSTEM_FOREGROUND
    (0x0016, 0x0017),  # EVENT_SYSTEM_MINIMIZESTART, …END
    (0x8002, 0x8003),  # EVENT_OBJECT_SHOW, …HIDE
    (0x800C, 0x800C),  # EVENT_OBJECT_NAMECHANGE
)
_WINEVENT_OUTOFCONTEXT, _OBJID_WINDOW, _GA_ROOT = 0, 0, 2
_RIDEV_INPUTSINK, _RID_INPUT = 0x100, 0x10000003
_GENERIC_DESKTOP, _MOUSE, _KEYBOARD = 1, 2, 6  # usage page and usages of USB HID
_DWMWA_CLOAKED: Final = 14
_MONITOR_DEFAULTTONEAREST: Final = 2
_PROCESS_QUERY_LIMITED_INFORMATION: Final = 0x1000
_NOTIFY_FOR_THIS_SESSION: Final = 0

_ENUM = ctypes.WINFUNCTYPE(c_int, c_void_p, c_ssize_t)
_ENUM_MONITORS = ctypes.WINFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_ssize_t)
_EVENT = ctypes.WINFUNCTYPE(None, c_void_p, c_uint32, c_void_p, c_int32, c_int32, c_uint32, c_uint32)
_PROCEDURE = ctypes.WINFUNCTYPE(c_ssize_t, c_void_p, c_uint32, c_size_t, c_ssize_t)


class _WindowClass(ctypes.Structure):  # WNDCLASSEXW
    _fields_ = (
        ("size", c_uint32),
        ("style", c_uint32),
        ("procedure", _PROCEDURE),
        ("class_extra", c_int),
        ("window_extra", c_int),
        ("instance", c_void_p),
        ("icon", c_void_p),
        ("cursor", c_void_p),
        ("background", c_void_p),
        ("menu", c_wchar_p),
        ("name", c_wchar_p),
        ("small_icon", c_void_p),
    )


class _Message(ctypes.Structure):  # MSG
    _fields_ = (
        ("window", c_void_p),
        ("message", c_uint32),
        ("w", c_size_t),
        ("l", c_ssize_t),
        ("time", c_uint32),
        ("x", c_int32),
        ("y", c_int32),
        ("private", c_uint32),
    )


class _RawDevice(ctypes.Structure):  # RAWINPUTDEVICE
    _fields_ = (("page", c_uint16), ("usage", c_uint16), ("flags", c_uint32), ("window", c_void_p))


class _LastInput(ctypes.Structure):  # LASTINPUTINFO
    _fields_ = (("size", c_uint32), ("ms", c_uint32))


def _declared(library: str, name: str, result: Any, *arguments: Any) -> Any:  # noqa: ANN401 - ctypes' types
    function = getattr(ctypes.WinDLL(library, use_last_error=True), name)
    function.restype, function.argtypes = result, arguments
    return function


_create_window = _declared(
    "user32", "CreateWindowExW", c_void_p,
    c_uint32, c_wchar_p, c_wchar_p, c_uint32, c_int, c_int, c_int, c_int, c_void_p, c_void_p, c_void_p, c_void_p,
)  # fmt: skip
_default_procedure = _declared("user32", "DefWindowProcW", c_ssize_t, c_void_p, c_uint32, c_size_t, c_ssize_t)
_destroy_window = _declared("user32", "DestroyWindow", c_int, c_void_p)
_dispatch = _declared("user32", "DispatchMessageW", c_ssize_t, ctypes.POINTER(_Message))
_enum_monitors = _declared("user32", "EnumDisplayMonitors", c_int, c_void_p, c_void_p, _ENUM_MONITORS, c_ssize_t)
_enum_windows = _declared("user32", "EnumWindows", c_int, _ENUM, c_ssize_t)
_get_ancestor = _declared("user32", "GetAncestor", c_void_p, c_void_p, c_uint32)
_get_foreground = _declared("user32", "GetForegroundWindow", c_void_p)
_get_last_input = _declared("user32", "GetLastInputInfo", c_int, ctypes.POINTER(_LastInput))
_get_message = _declared("user32", "GetMessageW", c_int, ctypes.POINTER(_Message), c_void_p, c_uint32, c_uint32)
_get_raw_input = _declared(
    "user32", "GetRawInputData", c_uint32, c_ssize_t, c_uint32, c_void_p, ctypes.POINTER(c_uint32), c_uint32
)
_get_text = _declared("user32", "GetWindowTextW", c_int, c_void_p, c_wchar_p, c_int)
_get_thread_process = _declared("user32", "GetWindowThreadProcessId", c_uint32, c_void_p, ctypes.POINTER(c_uint32))
_is_iconic = _declared("user32", "IsIconic", c_int, c_void_p)
_is_visible = _declared("user32", "IsWindowVisible", c_int, c_void_p)
_monitor_from_window = _declared("user32", "MonitorFromWindow", c_void_p, c_void_p, c_uint32)
_peek_message = _declared(
    "user32", "PeekMessageW", c_int, ctypes.POINTER(_Message), c_void_p, c_uint32, c_uint32, c_uint32
)
_post_thread_message = _declared("user32", "PostThreadMessageW", c_int, c_uint32, c_uint32, c_size_t, c_ssize_t)
_register_class = _declared("user32", "RegisterClassExW", c_uint16, ctypes.POINTER(_WindowClass))
_register_raw = _declared("user32", "RegisterRawInputDevices", c_int, ctypes.POINTER(_RawDevice), c_uint32, c_uint32)
_set_hook = _declared(
    "user32", "SetWinEventHook", c_void_p, c_uint32, c_uint32, c_void_p, _EVENT, c_uint32, c_uint32, c_uint32
)
_unhook = _declared("user32", "UnhookWinEvent", c_int, c_void_p)
_unregister_class = _declared("user32", "UnregisterClassW", c_int, c_wchar_p, c_void_p)
_close_handle = _declared("kernel32", "CloseHandle", c_int, c_void_p)
_current_thread = _declared("kernel32", "GetCurrentThreadId", c_uint32)
_module = _declared("kernel32", "GetModuleHandleW", c_void_p, c_wchar_p)
_open_process = _declared("kernel32", "OpenProcess", c_void_p, c_uint32, c_int, c_uint32)
_image_name = _declared(
    "kernel32", "QueryFullProcessImageNameW", c_int, c_void_p, c_uint32, c_wchar_p, ctypes.POINTER(c_uint32)
)
_tick_count = _declared("kernel32", "GetTickCount", c_uint32)
_dwm_attribute = _declared("dwmapi", "DwmGetWindowAttribute", c_int32, c_void_p, c_uint32, c_void_p, c_uint32)
_register_session = _declared("wtsapi32", "WTSRegisterSessionNotification", c_int, c_void_p, c_uint32)
_unregister_session = _declared("wtsapi32", "WTSUnRegisterSessionNotification", c_int, c_void_p)


class WindowsSystem:
    """`playhead.workstation.analytics.windows.desktop.System`, as it is."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread = 0
        self._is_stopped = False

    def run(self, tell: Callable[[News], None]) -> None:
        """As `System.run`."""
        message = _Message()
        _peek_message(ctypes.byref(message), None, 0, 0, 0)  # makes this thread's queue
        with self._lock:
            if self._is_stopped:
                return
            self._thread = _current_thread()
        try:
            _Listening(tell).listen(message)
        finally:
            with self._lock:
                self._thread = 0

    def stop(self) -> None:
        """As `System.stop`."""
        with self._lock:
            self._is_stopped = True
            if self._thread:
                _checked(_post_thread_message(self._thread, _WM_QUIT, 0, 0))

    def front(self) -> int:
        """As `System.front`."""
        return _get_foreground() or 0

    def titles(self) -> Mapping[int, str]:
        """As `System.titles`."""
        found: dict[int, str] = {}
        text = ctypes.create_unicode_buffer(TITLE_CHARS_MAX + 1)

        def note(window: int, _: int) -> int:
            if _is_visible(window) and not _is_iconic(window) and not _is_cloaked(window):
                length = _get_text(window, text, len(text))
                found[window] = text.value if length else ""
            return 1

        _checked(_enum_windows(_ENUM(note), 0))
        return found

    def process(self, window: int) -> int:
        """As `System.process`."""
        process = c_uint32()
        _get_thread_process(window, ctypes.byref(process))
        return process.value

    def program(self, process: int) -> str:
        """As `System.program`."""
        handle = _open_process(_PROCESS_QUERY_LIMITED_INFORMATION, 0, process)
        if not handle:  # it has gone, or is another user's
            return ""
        try:
            path, length = ctypes.create_unicode_buffer(PATH_CHARS_MAX), c_uint32(PATH_CHARS_MAX)
            return path.value if _image_name(handle, 0, path, ctypes.byref(length)) else ""
        finally:
            _close_handle(handle)

    def monitor(self, window: int) -> int:
        """As `System.monitor`."""
        wanted = _monitor_from_window(window, _MONITOR_DEFAULTTONEAREST)
        monitors: list[int] = []

        def note(monitor: int, _context: int, _area: int, _: int) -> int:
            monitors.append(monitor)
            return 1

        _checked(_enum_monitors(None, None, _ENUM_MONITORS(note), 0))
        return monitors.index(wanted) + 1 if wanted in monitors else 0

    def idle_us(self) -> int:
        """As `System.idle_us`."""
        last = _LastInput(ctypes.sizeof(_LastInput), 0)
        _checked(_get_last_input(ctypes.byref(last)))
        return idle_us(_tick_count(), last.ms)


class _Listening:
    """A window that is never shown, to which input and the session's changes are told, and hooks for all others'."""

    def __init__(self, tell: Callable[[News], None]) -> None:
        self._tell = tell
        self._procedure = _PROCEDURE(self._receive)  # kept: ctypes frees what nobody refers to
        self._hook = _EVENT(self._note)

    def listen(self, message: _Message) -> None:
        """Until WM_QUIT."""
        module, name = _module(None), f"Playhead {id(self):x}"
        own = _WindowClass(ctypes.sizeof(_WindowClass), 0, self._procedure, 0, 0, module)
        own.name = name
        _checked(_register_class(ctypes.byref(own)))
        window, hooks = None, list[int]()
        try:
            # An ordinary one: a message-only window is not told that the session ends (WM_ENDSESSION).
            window = _checked(_create_window(0, name, None, 0, 0, 0, 0, 0, None, None, module, None))
            _checked(_register_session(window, _NOTIFY_FOR_THIS_SESSION))
            devices = (_RawDevice * 2)(
                *(_RawDevice(_GENERIC_DESKTOP, usage, _RIDEV_INPUTSINK, window) for usage in (_MOUSE, _KEYBOARD))
            )
            _checked(_register_raw(devices, len(devices), ctypes.sizeof(_RawDevice)))
            for first, last in _EVENTS:
                hooks.append(_checked(_set_hook(first, last, None, self._hook, 0, 0, _WINEVENT_OUTOFCONTEXT)))
            self._tell(News(windows=True))
            while (got := _get_message(ctypes.byref(message), None, 0, 0)) > 0:
                _dispatch(ctypes.byref(message))
            if got < 0:
                raise ctypes.WinError(ctypes.get_last_error())
        finally:
            for hook in hooks:
                _unhook(hook)
            if window is not None:
                _unregister_session(window)
                _destroy_window(window)
            _unregister_class(name, module)

    def _note(self, _hook: int, _event: int, window: int, item: int, child: int, _thread: int, _ms: int) -> None:
        if window and item == _OBJID_WINDOW and child == 0 and _get_ancestor(window, _GA_ROOT) == window:
            self._tell(News(windows=True))

    def _receive(self, window: int, message: int, w: int, l: int) -> int:  # noqa: E741 - as Windows calls it
        if message == _WM_INPUT:
            self._tell(_raw_input(l))
        elif message == _WM_WTSSESSION_CHANGE:
            self._tell(of_session(w))
        elif message == _WM_ENDSESSION and w:
            self._tell(News(session="logged_out"))
        return _default_procedure(window, message, w, l)


def _raw_input(handle: int) -> News:
    size, pointer_bytes = c_uint32(RAW_INPUT_BYTES_MAX), ctypes.sizeof(c_void_p)
    packet = ctypes.create_string_buffer(RAW_INPUT_BYTES_MAX)
    written = _get_raw_input(handle, _RID_INPUT, packet, ctypes.byref(size), 8 + 2 * pointer_bytes)
    return News() if written > RAW_INPUT_BYTES_MAX else of_raw_input(packet.raw[:written], pointer_bytes)


def _is_cloaked(window: int) -> bool:
    """Whether the desktop's compositor hides it, as it does suspended apps and those of other virtual desktops."""
    cloaked = c_uint32()
    refused = _dwm_attribute(window, _DWMWA_CLOAKED, ctypes.byref(cloaked), ctypes.sizeof(cloaked))
    return refused == 0 and cloaked.value != 0


def _checked(result: Any) -> Any:  # noqa: ANN401 - a number or a handle
    if not result:
        raise ctypes.WinError(ctypes.get_last_error())
    return result

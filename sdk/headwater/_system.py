"""What the machine does while a run goes on: processor, memory, disk, network and graphics processors."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from ._journal import Stream, pack

FIRST = 1.0  # seconds until the first sample: a short run costs nothing, and rates need a time that has passed


class Monitor:
    """Samples in a daemon thread of this process, as records of a journal stream.

    Args:
        stream: Where they go.
        interval: Seconds between two samples.
        disk: A folder on the disk whose space is watched.
    """

    def __init__(self, stream: Stream, interval: float, disk: str) -> None:
        self.stream = stream
        self._interval = max(interval, 0.1)
        self._disk = disk
        self._stopped = threading.Event()
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin, unless no thread can be had."""
        with contextlib.suppress(RuntimeError):
            threading.Thread(target=self._watch, name="headwater-system", daemon=True).start()

    def stop(self) -> None:
        """Take no more samples."""
        # A sample that is being written is whole when this returns.
        with self._lock:
            self._stopped.set()

    def _watch(self) -> None:
        if self._stopped.wait(FIRST):
            return
        sample = sampler(self._disk)
        pause = 0.0
        while not self._stopped.wait(pause):
            values = sample()
            with self._lock:
                if self._stopped.is_set():
                    return
                now = time.time()
                self.stream.append(pack({"step": int(now * 1000), "time": now, "values": values}))
            pause = self._interval


def sampler(disk: str) -> Callable[[], dict[str, float]]:
    """A function that tells what the machine does: percent, bytes, degrees Celsius, watts; counts since now."""
    readers = [reader for reader in (_machine(disk), _nvidia(), _amd()) if reader is not None]

    def sample() -> dict[str, float]:
        values: dict[str, float] = {}
        for read in readers:
            values.update(read())
        return values

    return sample


Reader = Callable[[], dict[str, float]]


def _machine(disk: str) -> Reader | None:
    try:
        import psutil
    except ImportError:
        return None
    process = psutil.Process()
    process.cpu_percent()
    psutil.cpu_percent()
    disk_start, network_start = psutil.disk_io_counters(), psutil.net_io_counters()

    def read() -> dict[str, float]:
        memory = psutil.virtual_memory()
        values: dict[str, float] = {"cpu": psutil.cpu_percent(), "memory": memory.percent}
        values["memory.available_bytes"] = memory.available
        with contextlib.suppress(psutil.Error, OSError), process.oneshot():
            values["process.cpu"] = process.cpu_percent()
            values["process.memory_bytes"] = process.memory_info().rss
            values["process.threads"] = process.num_threads()
        with contextlib.suppress(OSError):
            values["disk"] = psutil.disk_usage(disk).percent
        disk_now, network_now = psutil.disk_io_counters(), psutil.net_io_counters()
        if disk_now is not None and disk_start is not None:
            values["disk.read_bytes"] = disk_now.read_bytes - disk_start.read_bytes
            values["disk.written_bytes"] = disk_now.write_bytes - disk_start.write_bytes
        if network_now is not None and network_start is not None:
            values["network.received_bytes"] = network_now.bytes_recv - network_start.bytes_recv
            values["network.sent_bytes"] = network_now.bytes_sent - network_start.bytes_sent
        return values

    return read


def _nvidia() -> Reader | None:
    """NVIDIA's own library (`pip install nvidia-ml-py`), where it and a driver are there."""
    try:
        nvml: Any = import_module("pynvml")
        nvml.nvmlInit()
        handles = [nvml.nvmlDeviceGetHandleByIndex(index) for index in range(nvml.nvmlDeviceGetCount())]
    except ImportError:
        return None
    except nvml.NVMLError:
        return None

    def read() -> dict[str, float]:
        return {name: value for index, handle in enumerate(handles) for name, value in _of_nvidia(nvml, index, handle)}

    return read


def _of_nvidia(nvml: Any, index: int, handle: Any) -> Iterator[tuple[str, float]]:
    questions: tuple[tuple[str, Callable[[], float]], ...] = (
        ("utilization", lambda: nvml.nvmlDeviceGetUtilizationRates(handle).gpu),
        ("memory_bytes", lambda: nvml.nvmlDeviceGetMemoryInfo(handle).used),
        ("temperature", lambda: nvml.nvmlDeviceGetTemperature(handle, nvml.NVML_TEMPERATURE_GPU)),
        ("power_watts", lambda: nvml.nvmlDeviceGetPowerUsage(handle) / 1000),
    )
    for name, ask in questions:
        # Not every card answers every question.
        with contextlib.suppress(nvml.NVMLError):
            yield f"gpu.{index}.{name}", ask()


def _amd() -> Reader | None:
    """AMD's own library, which comes with ROCm, where it and a driver are there."""
    try:
        smi: Any = import_module("amdsmi")
        smi.amdsmi_init()
        handles = smi.amdsmi_get_processor_handles()
    except (ImportError, OSError, KeyError):
        # Without ROCm's shared library, importing it fails in one of these ways.
        return None
    except smi.AmdSmiException:
        return None

    def read() -> dict[str, float]:
        return {name: value for index, handle in enumerate(handles) for name, value in _of_amd(smi, index, handle)}

    return read


def _of_amd(smi: Any, index: int, handle: Any) -> Iterator[tuple[str, float]]:
    kinds = smi.AmdSmiTemperatureType, smi.AmdSmiTemperatureMetric, smi.AmdSmiMemoryType
    hot, current, memory = kinds[0].HOTSPOT, kinds[1].CURRENT, kinds[2].VRAM
    questions: tuple[tuple[str, Callable[[], float]], ...] = (
        ("utilization", lambda: smi.amdsmi_get_gpu_activity(handle)["gfx_activity"]),
        ("memory_bytes", lambda: smi.amdsmi_get_gpu_memory_usage(handle, memory)),
        ("temperature", lambda: smi.amdsmi_get_temp_metric(handle, hot, current)),
        ("power_watts", lambda: smi.amdsmi_get_power_info(handle)["average_socket_power"]),
    )
    for name, ask in questions:
        with contextlib.suppress(smi.AmdSmiException):
            value = ask()
            if isinstance(value, int | float):  # what a card does not tell is the text "N/A"
                yield f"gpu.{index}.{name}", value

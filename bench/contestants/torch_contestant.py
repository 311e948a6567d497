"""PyTorch's side: answers one JSON line on stdout for each JSON line on stdin. See lib/contestant.ts."""
import json
import re
import resource
import sys
import time
from array import array

import torch

DTYPES = {"F32": torch.float32, "I32": torch.int32}


def resident_bytes():
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except OSError:
        return peak_bytes()


def peak_bytes():
    try:
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def reset_peak():
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass


def read_safetensors(path):
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
        data = bytearray(file.read())
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        first, last = entry["data_offsets"]
        values = torch.frombuffer(data[first:last], dtype=DTYPES[entry["dtype"]])
        tensors[name] = values.reshape(entry["shape"]).clone()
    return tensors


def snake_case(name):
    return re.sub(r"[A-Z]", lambda letter: "_" + letter.group().lower(), name)


def build(network):
    if isinstance(network, str):
        import torchvision

        return getattr(torchvision.models, network)()
    modules = []
    for name, *rest in network:
        options = rest.pop() if rest and isinstance(rest[-1], dict) else {}
        options = {snake_case(key): value for key, value in options.items()}
        modules.append(getattr(torch.nn, name)(*rest, **options))
    return torch.nn.Sequential(*modules)


class Task:
    def __init__(self, question):
        self.workload = question["workload"]
        tensors = read_safetensors(question["files"]["start"])
        self.input = tensors.pop("input")
        self.target = tensors.pop("target", None)
        self.network = build(self.workload["network"])
        self.network.load_state_dict(tensors)
        self.training = self.workload["kind"] == "training"
        self.network.train(self.training)
        if self.training:
            if self.target.dtype == torch.int32:
                self.target = self.target.long()
            self.loss = getattr(torch.nn, self.workload["loss"])()
            self.optimizer = torch.optim.Adam(self.network.parameters(), lr=question["learningRate"])

    def backward(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(self.network(self.input), self.target)
        loss.backward()
        return loss

    def run(self):
        if not self.training:
            with torch.no_grad():
                return self.network(self.input)
        loss = self.backward()
        self.optimizer.step()
        return loss.item()

    def check(self, path, steps):
        losses, values = [], []
        if self.training:
            for step in range(steps):
                loss = self.backward()
                if step == 0:
                    values = [each.grad.clone() for each in self.network.parameters()]
                self.optimizer.step()
                losses.append(loss.item())
        else:
            values = [self.run()]
        with open(path, "wb") as file:
            for each in values:
                array("f", each.contiguous().flatten().tolist()).tofile(file)
        return {"losses": losses, "sizes": [each.numel() for each in values]}


def export(question):
    """Writes the workload's network as ONNX, for the peers that read nothing else."""
    task = Task(question)
    torch.onnx.export(task.network, task.input, question["path"], opset_version=13)
    return {}


def times(task, count):
    result = []
    before = time.process_time()
    for _ in range(count):
        start = time.perf_counter()
        task.run()
        result.append((time.perf_counter() - start) * 1000)
    return {"times": result, "used": (time.process_time() - before) * 1000}


def main():
    reset_peak()
    idle = resident_bytes()
    task = None
    for line in sys.stdin:
        try:
            question = json.loads(line)
            ask = question["ask"]
            if ask == "load":
                torch.set_num_threads(question["threads"])
                task = Task(question)
                reply = {"version": torch.__version__}
            elif ask == "threads":
                torch.set_num_threads(question["threads"])
                reply = {}
            elif ask == "check":
                reply = task.check(question["path"], question["steps"])
            elif ask == "run":
                reply = times(task, question["count"])
            elif ask == "memory":
                reply = {"idle": idle, "peak": peak_bytes()}
            elif ask == "processor":
                reply = {"used": time.process_time() * 1000}
            elif ask == "export":
                reply = export(question)
            else:
                raise ValueError("can't answer " + ask)
        except Exception as error:  # every failure is an answer: the benchmark reports it in the row
            reply = {"error": str(error).split("\n")[0]}
        print(json.dumps(reply), flush=True)


main()

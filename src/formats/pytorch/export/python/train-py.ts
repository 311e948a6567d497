/** train.py behind its settings. */
export const trainPython = String.raw`
HERE = Path(__file__).parent


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in SETTINGS.items():
        if isinstance(value, (int, float, str)):
            choices = ("none", "flip", "dihedral") if name == "augment" else None
            flag = f"--{name.replace('_', '-')}"
            parser.add_argument(flag, type=type(value), default=value, choices=choices, help=f"[{value}]")
    parser.add_argument("--out", type=Path, default=HERE, help="folder of checkpoint.pth and log.jsonl [this one]")
    parser.add_argument("--resume", action="store_true", help="go on with the checkpoint in --out")
    parser.add_argument("--stop-after", type=int, help="end after this step of the run, to go on later")
    parser.add_argument("--save-every", type=int, default=500, help="steps between two checkpoints [500]")
    given = parser.parse_args()
    if not given.data:
        parser.error("--data is missing: the folder of pictures")
    settings = argparse.Namespace(**{**SETTINGS, **vars(given)})
    for path in filter(None, (settings.data, getattr(settings, "validate", ""))):
        if not Path(path).exists():
            parser.error(f"{path}: no such folder")
    if settings.resume and not (settings.out / "checkpoint.pth").exists():
        parser.error(f"--resume: {settings.out} holds no checkpoint.pth")
    least = {"batch": 1, "save_every": 1, "stop_after": 1, "steps": 0, "epochs": 0, "warmup": 0}
    for name, low in least.items():
        value = getattr(settings, name)
        if value is not None and value < low:
            parser.error(f"--{name.replace('_', '-')} must be a whole number from {low}, got {value}")
    if settings.steps == settings.epochs == 0:
        parser.error("--steps or --epochs is missing: how long to train")
    return settings


def connect():
    """Rank, number of processes and device: torchrun says the first two by environment variables."""
    world = int(os.environ.get("WORLD_SIZE", 1))
    local = int(os.environ.get("LOCAL_RANK", 0))
    device = torch.device("cuda", local) if torch.cuda.is_available() else torch.device("cpu")
    if device.type == "cuda":
        torch.cuda.set_device(device)
    if world > 1:
        distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    return int(os.environ.get("RANK", 0)), world, device


def rate(step, steps, settings):
    """The learning rate: a linear rise, then half a cosine."""
    cosine = settings.final_lr + (1 - settings.final_lr) * 0.5 * (1 + math.cos(math.pi * step / steps))
    return settings.lr * cosine * min(1, (step + 1) / max(1, settings.warmup))


def save(path, content):
    """Written beside and renamed: a reader never sees half a file."""
    partial = path.with_suffix(".partial")
    torch.save(content, partial)
    os.replace(partial, path)


def main():
    settings = options()
    rank, world, device = connect()
    torch.manual_seed(settings.seed)
    model = load_model().to(device)
    batches, validate = load_data(settings)
    steps = settings.steps or settings.epochs * len(batches)
    loss_of = LOSS
    optimizer = torch.optim.Adam(model.parameters(), lr=settings.lr)
    checkpoint_path, log_path = settings.out / "checkpoint.pth", settings.out / "log.jsonl"
    first, log = 0, []
    if settings.resume:
        checkpoint = torch.load(checkpoint_path, map_location=device)
        model.load_state_dict(checkpoint["model"])
        optimizer.load_state_dict(checkpoint["optimizer"])
        first = checkpoint["step"]
        lines = log_path.read_text().splitlines() if log_path.exists() else []
        log = [line for line in lines if json.loads(line)["step"] <= first]
    network = DistributedDataParallel(model, [device.index] if device.type == "cuda" else None) if world > 1 else model
    if rank == 0:
        settings.out.mkdir(parents=True, exist_ok=True)
        log_path.write_text("".join(f"{line}\n" for line in log))

    last = min(steps, settings.stop_after or steps)
    if rank == 0 and first >= last:
        print(f"the checkpoint is at step {first}, and the run ends at {last}: nothing to do")
    for step in range(first, last):
        # Dropout draws the same numbers in a run that is resumed.
        torch.manual_seed((settings.seed * steps + step) * world + rank)
        network.train()
        epoch, index = divmod(step, len(batches))
        inputs, targets, share = batches.load(epoch, index, rank, world)
        for group in optimizer.param_groups:
            group["lr"] = rate(step, steps, settings)
        optimizer.zero_grad()
        # The mean over processes, which DistributedDataParallel makes, is then the mean over the whole batch.
        loss = loss_of(network(inputs.to(device)), targets.to(device)) * share * world
        loss.backward()
        optimizer.step()

        total = loss.detach() / world
        if world > 1:
            distributed.all_reduce(total)
        done = step + 1
        ended = done % len(batches) == 0 or done == steps
        if not math.isfinite(total.item()):
            raise SystemExit(f"the loss of step {done} is {total.item()}: use a smaller --lr")
        if rank == 0:
            line = {"step": done, "loss": total.item(), "lr": rate(step, steps, settings)}
            if ended:
                line.update(validate(model, device))
            with log_path.open("a") as file:
                file.write(json.dumps(line) + "\n")
            if ended or done % 50 == 0:
                print("  ".join(f"{name} {value:.6g}" for name, value in line.items()), flush=True)
            if done % settings.save_every == 0 or done == last:
                content = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": done}
                save(checkpoint_path, content)
    if world > 1:
        distributed.barrier()
        distributed.destroy_process_group()


if __name__ == "__main__":
    main()
`;

/** The data of a task, and how it is judged. */
export const tasksPython = {
  "super-resolution": `

def load_data(settings):
    patches, held_back = super_resolution(
        settings.data, settings.scale, settings.seed, settings.patch, settings.stride, settings.copies, settings.validate
    )
    drop_last = len(patches) >= settings.batch
    batches = Batches(patches, settings.batch, settings.seed, settings.augment, drop_last)
    return batches, lambda model, device: {"psnr": mean_psnr(model, held_back, settings.scale, device)}


@torch.no_grad()
def mean_psnr(model, pictures, scale, device):
    """Over the luma of pictures that are held back, their middle of at most 1024 pixels a side, without a border."""
    model.eval()
    total = 0
    for picture in pictures:
        top, left = (max(0, (side - 1024) // 2) for side in picture.shape)
        codes = crop_to_multiple(picture[top : top + 1024, left : left + 1024], scale)
        low = imresize(codes / 255, codes.shape[0] // scale, codes.shape[1] // scale)
        output = model(low.float()[None, None].to(device))[0, 0].double().cpu()
        error = (rounded(255 * output.clamp(0, 1)) - codes)[scale:-scale, scale:-scale]
        total += 20 * math.log10(255) - 10 * math.log10(error.square().mean().item())
    return total / len(pictures)

`,
  classification: `

def load_data(settings):
    training, held_back = classification(
        settings.data, settings.seed, settings.input, settings.mean, settings.std
    )
    batches = Batches(training, settings.batch, settings.seed, settings.augment)
    return batches, lambda model, device: {"accuracy": accuracy(model, held_back, device)}


@torch.no_grad()
def accuracy(model, data, device):
    """In percent, of the pictures that are held back."""
    model.eval()
    right = 0
    for start in range(0, len(data), 250):
        samples = [data.sample(index, 0) for index in range(start, min(start + 250, len(data)))]
        inputs, targets = (torch.stack(each).to(device) for each in zip(*samples))
        right += (model(inputs).argmax(1) == targets).sum().item()
    return 100 * right / len(data)

`,
} as const;

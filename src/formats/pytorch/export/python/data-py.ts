/** convsmith_data.py: the data of a run in Python, in the order of its batches. The same steps as in src/data/ and src/training/tasks/. */
export const dataPython = String.raw`"""The pictures of a convsmith run, in the order of its batches: the same seed gives the same batches.

Needs torch alone, and Pillow where pictures are read.
"""

import gzip
import math
import re
import struct
from pathlib import Path

import torch

MASK = 0xFFFFFFFF


def multiply(a, b):
    """High and low 32 bits of the product of 32-bit numbers, which int64 would not hold."""
    low = a * (b & 0xFFFF)
    high = a * (b >> 16)
    low = low + ((high & 0xFFFF) << 16)
    return (high >> 16) + (low >> 32), low & MASK


def philox(seed, counters):
    """Philox 4x32-10: four random 32-bit words for each counter. [n] -> [n, 4], int64."""
    c0, c1 = counters & MASK, counters >> 32
    c2 = c3 = torch.zeros_like(counters)
    k0, k1 = seed & MASK, seed >> 32
    for _ in range(10):
        high0, low0 = multiply(0xD2511F53, c0)
        high1, low1 = multiply(0xCD9E8D57, c2)
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
        k0, k1 = (k0 + 0x9E3779B9) & MASK, (k1 + 0xBB67AE85) & MASK
    return torch.stack([c0, c1, c2, c3], dim=1)


def random_words(seed, counter):
    """The random words from a counter on, without end."""
    while True:
        yield from philox(seed, torch.arange(counter, counter + 4096)).flatten().tolist()
        counter += 4096


def permutation(length, seed, counter=0, words=None):
    """A random order of 0 to length - 1 (Fisher-Yates), by the words of a seed or the next ones of others."""
    words = words or random_words(seed, counter)
    order = list(range(length))
    for index in range(length - 1, 0, -1):
        limit = index + 1
        word = next(words)
        while word >= (1 << 32) - (1 << 32) % limit:
            word = next(words)
        other = word % limit
        order[index], order[other] = order[other], order[index]
    return order


class Batches:
    """Batches of a data set. A batch depends on seed, epoch and index alone, so any number of processes can share it."""

    def __init__(self, data, batch, seed=0, augment="none", drop_last=False):
        self.data, self.batch, self.augment = data, batch, augment
        self.length = len(data) // batch if drop_last else -(-len(data) // batch)
        self.seed = (((seed >> 32) ^ 0x1DA7A) << 32) + (seed & MASK)
        self.epoch, self.order = -1, []
        _, height, width = data.input_shape
        if augment == "dihedral" and height != width:
            raise SystemExit(f"rotations need square pictures, got {height}x{width}: use --augment flip")

    def __len__(self):
        return self.length

    def symmetries(self, epoch, positions):
        if self.augment == "none":
            return [0] * len(positions)
        counters = torch.tensor(positions) + (epoch << 32) + (1 << 31)
        return (philox(self.seed, counters)[:, 0] >> (31 if self.augment == "flip" else 29)).tolist()

    def load(self, epoch, index, rank=0, world=1):
        """The share of process rank of world: inputs, targets, and which part of the whole batch they are (0 to 1)."""
        if self.epoch != epoch:
            self.epoch, self.order = epoch, permutation(len(self.data), self.seed, epoch << 32)
        start = index * self.batch
        whole = range(start, min(start + self.batch, len(self.data)))
        own = whole[rank::world]
        # A process without a sample takes one that does not count.
        positions = list(own) or [start]
        samples = [
            self.data.sample(self.order[position], symmetry)
            for position, symmetry in zip(positions, self.symmetries(epoch, positions))
        ]
        inputs, targets = zip(*samples)
        return torch.stack(inputs), torch.stack(targets), len(own) / len(whole)


def turned(picture, symmetry):
    """One of the eight symmetries of a square: bit 1 mirrors left and right, 2 top and bottom, 4 swaps the axes."""
    if symmetry & 1:
        picture = picture.flip(-1)
    if symmetry & 2:
        picture = picture.flip(-2)
    return picture.transpose(-2, -1) if symmetry & 4 else picture


class Patches:
    """Patches of planes and of their reductions, for super-resolution."""

    def __init__(self, planes, scale, size, stride):
        self.scale, self.size = scale, size
        self.input_shape = (1, size, size)
        self.pairs, self.places = [], []
        for plane in planes:
            if min(plane.shape) < scale * size:
                continue
            high = crop_to_multiple(plane, scale)
            low = imresize(high, high.shape[0] // scale, high.shape[1] // scale)
            for y in range(0, low.shape[0] - size + 1, stride):
                for x in range(0, low.shape[1] - size + 1, stride):
                    self.places.append((len(self.pairs), y, x))
            self.pairs.append((low.float(), high.float()))
        if not self.places:
            raise SystemExit(f"no picture holds a patch of {scale * size}x{scale * size} pixels")

    def __len__(self):
        return len(self.places)

    def sample(self, index, symmetry):
        number, y, x = self.places[index]
        low, high = self.pairs[number]
        scale, size = self.scale, self.size
        small = low[y : y + size, x : x + size]
        large = high[scale * y : scale * (y + size), scale * x : scale * (x + size)]
        return turned(small, symmetry)[None], turned(large, symmetry)[None]


class Labelled:
    """Pictures of 8 bits, [n, C, H, W], with a class each."""

    def __init__(self, pixels, labels, classes, mean, std):
        self.pixels, self.labels, self.classes = pixels, labels, classes
        self.input_shape = tuple(pixels.shape[1:])
        codes = torch.arange(256, dtype=torch.float64) / 255
        self.tables = torch.stack([(codes - m) / s for m, s in zip(mean, std)]).float()

    def __len__(self):
        return len(self.labels)

    def sample(self, index, symmetry):
        picture = turned(self.pixels[index], symmetry).long()
        values = torch.stack([table[codes] for table, codes in zip(self.tables, picture)])
        return values, self.labels[index]

    def subset(self, indices):
        part = object.__new__(Labelled)
        part.__dict__.update(self.__dict__, pixels=self.pixels[indices], labels=self.labels[indices])
        return part


def rounded(values):
    """To whole numbers, halves upwards."""
    return torch.floor(values + 0.5)


def cubic(x):
    d = x.abs()
    near = (1.5 * d - 2.5) * d * d + 1
    far = ((-0.5 * d + 2.5) * d - 4) * d + 2
    return torch.where(d <= 1, near, torch.where(d <= 2, far, torch.zeros_like(d)))


def triangle(x):
    return (1 - x.abs()).clamp(min=0)


def imresize(plane, height=None, width=None, scale=None, kernel=cubic, support=4):
    """MATLAB's imresize with antialiasing on one plane, in float64: to a size, or by a scale."""
    if scale is not None:
        height, width = (math.ceil(scale * side) for side in plane.shape)
    across = scale if scale is not None else width / plane.shape[1]
    down = scale if scale is not None else height / plane.shape[0]
    if down <= across:
        return resize_rows(resize_rows(plane, height, down, kernel, support).T, width, across, kernel, support).T
    return resize_rows(resize_rows(plane.T, width, across, kernel, support).T, height, down, kernel, support)


def resize_rows(plane, length, scale, kernel, support):
    size = plane.shape[0]
    stretch = min(scale, 1)
    reach = support / stretch
    taps = math.ceil(reach) + 2
    centre = torch.arange(1, length + 1, dtype=torch.float64) / scale + 0.5 * (1 - 1 / scale)
    left = torch.floor(centre - reach / 2)
    weights = [stretch * kernel(stretch * (centre - left - tap)) for tap in range(taps)]
    total = torch.zeros_like(centre)
    for weight in weights:
        total = total + weight
    out = torch.zeros(length, plane.shape[1], dtype=torch.float64)
    for tap, weight in enumerate(weights):
        index = torch.remainder(left.long() + tap - 1, 2 * size)
        index = torch.where(index < size, index, 2 * size - 1 - index)
        out = out + (weight / total)[:, None] * plane[index]
    return out


def crop_to_multiple(plane, factor):
    height, width = plane.shape
    return plane[: height - height % factor, : width - width % factor]


def natural(name):
    """Sorts 2.png before 10.png, as the Unicode collation does for ASCII names."""
    order = " _-,;:!?.'\"()[]{}@*/\\&#%\x60^+<=>|~$"
    parts = re.findall(r"\d+|\D", name)
    first = [(1, int(part)) if part.isdigit() else (0, order.find(part)) if part in order else (2, part.lower()) for part in parts]
    return first, [part.swapcase() for part in parts], name


def list_pictures(folder):
    endings = {".png", ".jpg", ".jpeg", ".webp"}
    paths = [path for path in Path(folder).iterdir() if path.suffix.lower() in endings and path.name[0] != "." and not path.is_dir()]
    if not paths:
        raise SystemExit(f"{folder}: holds no picture (.png, .jpg, .jpeg, .webp)")
    return sorted(paths, key=lambda path: natural(path.name))


def read_picture(path):
    """Codes [H, W, C] in float64 from 0 to 255: grey or RGB, with alpha where the picture has it."""
    from PIL import Image, ImageOps

    image = ImageOps.exif_transpose(Image.open(path))
    if image.mode not in ("L", "LA", "RGB", "RGBA"):
        image = image.convert("RGBA" if "transparency" in image.info else "L" if image.mode in ("1", "I;16") else "RGB")
    codes = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8)
    return codes.view(image.height, image.width, -1).double()


def luma(picture):
    """The 8-bit luma of the super-resolution literature, [H, W]; a grey picture is taken as it is."""
    if picture.shape[2] < 3:
        return picture[:, :, 0]
    red, green, blue = picture[:, :, 0], picture[:, :, 1], picture[:, :, 2]
    return rounded(16 + (65.481 * red + 128.553 * green + 24.966 * blue) / 255)


def to_pixels(picture, channels, height, width):
    """Codes [channels, height, width]: cut around the middle and resized."""
    colours = 3 if picture.shape[2] >= 3 else 1
    alpha = picture[:, :, colours:] / 255 if picture.shape[2] in (2, 4) else torch.ones(1, 1, 1)
    planes = (255 * ((picture[:, :, :colours] / 255) * alpha + 1 - alpha)).permute(2, 0, 1)
    if channels == 1 and colours == 3:
        planes = (0.299 * planes[0] + 0.587 * planes[1] + 0.114 * planes[2])[None]
    planes = rounded(planes).expand(channels, -1, -1)
    scale = min(planes.shape[2] / width, planes.shape[1] / height)
    cut_width, cut_height = (max(1, math.floor(scale * side + 0.5)) for side in (width, height))
    left, top = (planes.shape[2] - cut_width) // 2, (planes.shape[1] - cut_height) // 2
    middle = planes[:, top : top + cut_height, left : left + cut_width] / 255
    resized = [imresize(plane, height, width, kernel=triangle, support=2) for plane in middle]
    return rounded(255 * torch.stack(resized)).to(torch.uint8)


def super_resolution(data, scale, seed, patch, stride, copies=(), validate=""):
    """Patches to train on, and the luma of the pictures that are held back."""
    pictures = [luma(read_picture(path)) for path in list_pictures(data)]
    if validate:
        training, held_back = pictures, [luma(read_picture(path)) for path in list_pictures(validate)]
    else:
        large = [index for index, each in enumerate(pictures) if min(each.shape) >= 16 * scale]
        if len(pictures) < 2 or not large:
            raise SystemExit(f"{data}: needs two pictures or more, one of at least {16 * scale}x{16 * scale} pixels")
        count = min(5, max(1, len(pictures) // 20), len(large))
        chosen = {large[index] for index in permutation(len(large), seed)[:count]}
        training = [each for index, each in enumerate(pictures) if index not in chosen]
        held_back = [each for index, each in enumerate(pictures) if index in chosen]
    planes = []
    for picture in training:
        whole = picture / 255
        planes += [whole, *(imresize(whole, scale=factor).clamp(0, 1) for factor in copies)]
    return Patches(planes, scale, patch, stride), held_back


def read_idx(path):
    raw = path.read_bytes()
    raw = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    axes = raw[3]
    shape = struct.unpack(f">{axes}I", raw[4 : 4 + 4 * axes])
    return torch.frombuffer(bytearray(raw[4 + 4 * axes :]), dtype=torch.uint8).view(*shape)


def read_mnist(folder, stem, mean, std):
    def find(kind, axes):
        names = [f"{stem}-{kind}{dash}idx{axes}-ubyte{end}" for dash in "-." for end in ("", ".gz")]
        found = [Path(folder) / name for name in names if (Path(folder) / name).exists()]
        if not found:
            raise SystemExit(f"{folder}: holds no {names[0]} (or .gz)")
        return read_idx(found[0])

    labels = find("labels", 1).long()
    classes = [str(index) for index in range(max(10, int(labels.max()) + 1))]
    return Labelled(find("images", 3)[:, None], labels, classes, mean, std)


def read_classes(folder, shape, mean, std):
    names = [path.name for path in Path(folder).iterdir() if path.is_dir() and path.name[0] != "."]
    classes = sorted(names, key=natural)
    if len(classes) < 2:
        raise SystemExit(f"{folder}: needs one subfolder of pictures per class, and two classes or more")
    pixels, labels = [], []
    for label, name in enumerate(classes):
        for path in list_pictures(Path(folder) / name):
            pixels.append(to_pixels(read_picture(path), *shape))
            labels.append(label)
    return Labelled(torch.stack(pixels), torch.tensor(labels), classes, mean, std)


def classification(data, seed, input, mean, std):
    """Pictures to train on, and those that are held back: MNIST's files, train and test folders, or one folder a class."""
    folder = Path(data)
    if any(re.match(r"(train|t10k)-images[-.]idx3-ubyte(\.gz)?$", path.name) for path in folder.iterdir()):
        return read_mnist(folder, "train", mean, std), read_mnist(folder, "t10k", mean, std)
    for judge in ("val", "test"):
        if (folder / "train").is_dir() and (folder / judge).is_dir():
            return read_classes(folder / "train", input, mean, std), read_classes(folder / judge, input, mean, std)
    whole = read_classes(folder, input, mean, std)
    words, parts = random_words(seed, 0), ([], [])
    for label in range(len(whole.classes)):
        samples = [index for index, each in enumerate(whole.labels.tolist()) if each == label]
        size = min(max(1, len(samples) - 1), max(1, math.floor(0.8 * len(samples) + 0.5)))
        for at, index in enumerate(permutation(len(samples), seed, words=words)):
            parts[at >= size].append(samples[index])
    return whole.subset(sorted(parts[0])), whole.subset(sorted(parts[1]))
`;

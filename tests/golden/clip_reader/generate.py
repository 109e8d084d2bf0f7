"""Clips and what published tools decode from them: python3 tests/golden/clip_reader/generate.py [--keep-clips]

Needs Debian 12's ffmpeg 5.1 (libx264, libx265, libvpx) and python3-opencv 4.6 (this script runs under /usr/bin/python3), and the
network: opencv-python-headless 4.12 is installed into a virtual environment that is removed at the end. With --keep-clips the
committed clips are read as they are; x264 and x265 may give other bytes on another machine, which is no error.

  untagged/    8-bit 4:2:0 clips without colour tags, of several codecs and sizes. opencv.json: SHA-256 of every frame's RGB bytes
               by OpenCV 4.6 and by OpenCV 4.12.
  tagged/      24 clips: codec x matrix x range, with depths and rotations spread over them, and six mirrored ones. Beside each, a
               PNG with its first and last frame, one above the other, as `ffmpeg -pix_fmt rgb24` writes them.
"""
import argparse
import hashlib
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import venv

HERE = pathlib.Path(__file__).resolve().parent
PIP_OPENCV = "opencv-python-headless==4.12.*"
FRAMES = 4

# name, size, ffmpeg's options. Odd sizes exist where the codec has them; 33 and 47 end every SIMD loop early.
UNTAGGED = [
    ("h264_64x48.mp4", (64, 48), "-c:v libx264 -crf 20 -bf 2"),
    ("h264_50x38.mp4", (50, 38), "-c:v libx264 -crf 20 -bf 2"),
    ("h264_34x46.mkv", (34, 46), "-c:v libx264 -crf 20 -profile:v baseline"),
    ("h264_130x66.mov", (130, 66), "-c:v libx264 -crf 24 -bf 2"),
    ("mpeg4_64x48.mp4", (64, 48), "-c:v mpeg4 -q:v 4 -bf 2"),
    ("mpeg4_33x47.avi", (33, 47), "-c:v mpeg4 -q:v 4"),
    ("mpeg4_51x38.mp4", (51, 38), "-c:v mpeg4 -q:v 4"),
    ("mpeg4_50x37.mp4", (50, 37), "-c:v mpeg4 -q:v 4"),
    ("mjpeg_64x48.avi", (64, 48), "-c:v mjpeg -q:v 4 -huffman optimal"),
    ("mjpeg_33x47.avi", (33, 47), "-c:v mjpeg -q:v 4 -huffman optimal"),
    ("vp9_64x48.webm", (64, 48), "-c:v libvpx-vp9 -crf 24 -b:v 0"),
    ("vp9_33x47.webm", (33, 47), "-c:v libvpx-vp9 -crf 24 -b:v 0"),
    ("vp9_51x38.mp4", (51, 38), "-c:v libvpx-vp9 -crf 24 -b:v 0"),
    ("vp8_50x38.webm", (50, 38), "-c:v libvpx -crf 16 -b:v 400k"),
    ("hevc_64x48.mp4", (64, 48), "-c:v libx265 -crf 20 -x265-params log-level=none:info=0:pools=none:frame-threads=1:asm=0"),
    ("hevc_50x38.mkv", (50, 38), "-c:v libx265 -crf 20 -x265-params log-level=none:info=0:pools=none:frame-threads=1:asm=0"),
    ("mpeg2_64x48.mpg", (64, 48), "-c:v mpeg2video -q:v 4 -r 25"),
]
CODECS = {"h264": ("libx264", "-crf 18 -bf 2"), "hevc": ("libx265", "-crf 18"), "vp9": ("libvpx-vp9", "-crf 20 -b:v 0")}
# Without assembly: with it, x265 3.5 writes past its memory at sizes below 64.
MATRICES = ["untagged", "smpte170m", "bt709", "bt2020nc"]
RANGES = {"limited": "tv", "full": "pc"}
# tkhd's matrix (a b u c d v x y w) of clips that are mirrored, not only turned.
MIRRORS = {"hflip": (-1, 0, 0, 1), "vflip": (1, 0, 0, -1), "transpose": (0, 1, 1, 0), "transverse": (0, -1, -1, 0)}
TURNS = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}


def pictures(width, height, seed):
    """Saturated areas with sharp edges over gradients, moving: [FRAMES, height, width, 3]."""
    import numpy as np
    random = np.random.RandomState(seed)
    y, x = np.mgrid[0:height, 0:width]
    frames = []
    colours = random.randint(0, 256, (4, 3))
    colours[0], colours[1] = (255, 0, 0), (0, 30, 255)
    for t in range(FRAMES):
        frame = np.stack([255 * x / max(width - 1, 1), 255 * y / max(height - 1, 1), 128 + 100 * np.sin((x + y) / 7 + t)], -1)
        for i, colour in enumerate(colours):
            left, top = (5 + 11 * i + 3 * t) % width, (3 + 7 * i + 2 * t) % height
            frame[top:top + height // 4, left:left + width // 4] = colour
        frames.append(np.clip(np.rint(frame), 0, 255).astype(np.uint8))
    return np.stack(frames)


def ffmpeg(*arguments, data=None):
    done = subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments], input=data, capture_output=True)
    if done.returncode != 0:
        sys.exit(f"ffmpeg {' '.join(arguments)}\n{done.stderr.decode()}")
    return done.stdout


def encode(file, size, options, seed, source_format="yuv420p", tags=()):
    width, height = size
    raw = pictures(width, height, seed).tobytes()
    # The pictures become YUV first, in a step of its own, so that no tag reaches the stream by itself.
    yuv = ffmpeg("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-i", "-", "-f", "rawvideo", "-pix_fmt", source_format, "-",
                 data=raw)
    ffmpeg("-f", "rawvideo", "-pix_fmt", source_format, "-s", f"{width}x{height}", "-r", "8", "-i", "-", "-threads", "1", "-fflags", "+bitexact",
           "-flags:v", "+bitexact", *options.split(), *tags, str(file), data=yuv)


def turn(file, matrix):
    """Writes a display matrix into an mp4's track header."""
    data = bytearray(file.read_bytes())
    at = data.index(b"tkhd")
    version = data[at + 4]
    begin = at + 4 + 4 + (32 if version == 1 else 20) + 8 + 4 * 2
    a, b, c, d = matrix
    assert struct.unpack(">9i", data[begin:begin + 36]) == (65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30), "not a track header"
    data[begin:begin + 36] = struct.pack(">9i", a * 65536, b * 65536, 0, c * 65536, d * 65536, 0, 0, 0, 1 << 30)
    file.write_bytes(data)


def tagged_clips():
    """Name, size, codec, matrix, range, depth, display matrix. Each pair of values of two parameters occurs but for few."""
    clips = []
    for c, codec in enumerate(CODECS):
        for m, matrix in enumerate(MATRICES):
            for r, level in enumerate(RANGES):
                depth = 8 if (c + m + r) % 2 == 0 else 10
                degrees = 90 * ((c + m + 2 * r) % 4)
                clips.append((f"{codec}_{matrix}_{level}_{depth}bit_{degrees}.mp4", (48, 32), codec, matrix, level, depth, TURNS[degrees]))
    for i, (name, matrix) in enumerate(MIRRORS.items()):
        clips.append((f"h264_bt709_limited_8bit_{name}.mp4", (48, 32), "h264", "bt709", "limited", 8, matrix))
    return clips


def make_tagged(folder, clip, seed):
    name, size, codec, matrix, level, depth, display = clip
    encoder, options = CODECS[codec]
    tags = []
    if matrix != "untagged":
        tags = ["-colorspace", matrix]
    tags += ["-color_range", RANGES[level]]
    params = "log-level=none:info=0:pools=none:frame-threads=1:asm=0" + (":range=full" if level == "full" else "")
    if codec == "hevc":
        options += f" -x265-params {params}"
    pixels = "yuv420p" if depth == 8 else "yuv420p10le"
    encode(folder / name, size, f"-c:v {encoder} {options}", seed, pixels, ["-pix_fmt", pixels, *tags])
    turn(folder / name, display)


def expected_png(file):
    """First and last frame as ffmpeg shows them, one above the other."""
    import cv2
    import numpy as np
    with tempfile.TemporaryDirectory() as temporary:
        ffmpeg("-i", str(file), "-pix_fmt", "rgb24", f"{temporary}/%d.png")
        shown = [cv2.imread(f"{temporary}/{number}.png") for number in (1, FRAMES)]
        assert not pathlib.Path(f"{temporary}/{FRAMES + 1}.png").exists()
    cv2.imwrite(str(file.with_suffix(".png")), np.concatenate(shown), [cv2.IMWRITE_PNG_COMPRESSION, 9])


def opencv_hashes(folder):
    """Run by each interpreter: what its cv2 reads."""
    import cv2
    result = {"version": cv2.__version__, "clips": {}}
    for file in sorted(folder.iterdir()):
        if file.suffix in (".json", ".png"):
            continue
        capture = cv2.VideoCapture(str(file), cv2.CAP_FFMPEG)
        frames = []
        while True:
            there, frame = capture.read()
            if not there:
                break
            height, width = frame.shape[:2]
            frames.append(hashlib.sha256(frame[:, :, ::-1].tobytes()).hexdigest())
        result["clips"][file.name] = {"width": width, "height": height, "frames": frames}
    print(json.dumps(result))


def hashes_by(python, folder):
    done = subprocess.run([python, __file__, "--hash", str(folder)], check=True, capture_output=True)
    return json.loads(done.stdout)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--hash", type=pathlib.Path)
    arguments.add_argument("--keep-clips", action="store_true")
    arguments = arguments.parse_args()
    if arguments.hash:
        return opencv_hashes(arguments.hash)
    untagged, tagged = HERE / "untagged", HERE / "tagged"
    for folder in (untagged, tagged):
        folder.mkdir(exist_ok=True)
        if not arguments.keep_clips:
            for old in folder.iterdir():
                old.unlink()
    if not arguments.keep_clips:
        for seed, (name, size, options) in enumerate(UNTAGGED):
            encode(untagged / name, size, options, seed, "yuvj420p" if name.startswith("mjpeg") else "yuv420p")
        for seed, clip in enumerate(tagged_clips()):
            make_tagged(tagged, clip, 100 + seed)
    for clip in tagged_clips():
        expected_png(tagged / clip[0])
    with tempfile.TemporaryDirectory() as temporary:
        environment = pathlib.Path(temporary) / "opencv"
        venv.create(environment, with_pip=True)
        subprocess.run([environment / "bin/pip", "install", "-q", PIP_OPENCV], check=True)
        debian, pip = hashes_by("/usr/bin/python3", untagged), hashes_by(environment / "bin/python", untagged)
    for name, clip in debian["clips"].items():
        same = clip == pip["clips"][name]
        print(f"{name:20} {len(clip['frames'])} frames {clip['width']}x{clip['height']} {'equal' if same else 'DIFFERENT'}")
    golden = {"opencv": [debian, pip]}
    (untagged / "opencv.json").write_text(json.dumps(golden, indent=1, sort_keys=True) + "\n")
    print("OpenCV", debian["version"], pip["version"])


if __name__ == "__main__":
    main()

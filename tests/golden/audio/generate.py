"""Sound of the authors' demo clips as ffmpeg decodes it: python tests/golden/audio/generate.py DEMO_FOLDER

DEMO_FOLDER holds the published demo of AnimeShooterGen ({video id}/generated_video_*_demo.mp4). Needs the programs ffmpeg and
ffprobe, and numpy. Writes expected.json: of each clip its rate, its samples, and of each channel the root mean square and a few
samples. Not the sound itself, and no hash of it: another CPU may round the last bit otherwise.
"""
import json
import pathlib
import subprocess
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
POSITIONS = 8


def probe(clip):
    said = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "a:0", "-show_entries",
                           "stream=codec_name,sample_rate,channels,duration", "-of", "json", clip], check=True, capture_output=True)
    return json.loads(said.stdout)["streams"][0]


def expected(clip):
    stream = probe(clip)
    channels = int(stream["channels"])
    raw = subprocess.run(["ffmpeg", "-v", "error", "-i", clip, "-map", "0:a:0", "-f", "f32le", "-"], check=True, capture_output=True)
    sound = np.frombuffer(raw.stdout, "<f4").reshape(-1, channels).T
    positions = [int(i) for i in np.linspace(0, sound.shape[1] - 1, POSITIONS)]
    return {"codec": stream["codec_name"], "sample_rate": int(stream["sample_rate"]), "seconds": float(stream["duration"]),
            "samples": sound.shape[1], "positions": positions,
            "channels": [{"rms": float(np.sqrt(np.mean(np.square(row, dtype=np.float64)))), "values": [float(row[i]) for i in positions]}
                         for row in sound]}


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    clips = sorted(folder.glob("*/*.mp4"))
    golden = {str(clip.relative_to(folder)): expected(clip) for clip in clips}
    (HERE / "expected.json").write_text(json.dumps(golden, indent=1, sort_keys=True) + "\n")
    print(len(golden), "clips")

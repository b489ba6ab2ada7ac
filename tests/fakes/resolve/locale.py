"""What the interface says in another language: values are translated, keys are not."""

from __future__ import annotations

JAPANESE = {
    "Video + Audio": "ビデオ + オーディオ",
    "Video": "ビデオ",
    "Audio": "オーディオ",
    "Still": "スチル",
    "Timeline": "タイムライン",
    "Subtitle": "字幕",
    "Compound": "複合",
    "Multicam": "マルチカム",
    "Stereo": "ステレオ",
    "Generator": "ジェネレーター",
    "Project": "プロジェクト",
    "On": "オン",
    "Off": "オフ",
    "Online": "オンライン",
    "Offline": "オフライン",
    "Ready": "準備完了",
    "Rendering": "レンダリング中",
    "Complete": "完了",
    "Failed": "失敗",
    "Cancelled": "キャンセル",
}


def shown(language: str, text: str) -> str:
    """Return a word of the English interface as an interface in ``en`` or ``ja`` shows it."""
    return JAPANESE.get(text, text) if language == "ja" else text

"""The settings of a project or a timeline that was just made, as a real Resolve told them.

Names and values are facts from a public log of ``GetSetting()``, which told two of them as numbers
(S25). Here all are text, as they are kept; :func:`told` gives them as they are told, and
:func:`write` takes what Resolve takes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from afterframe_hosts.wire.rates import nearest_rate
from afterframe_hosts.wire.timecode import can_drop

_OFF = """
    audioOutputHasTimecode colorGalleryStillsNamingEnabled colorLuminanceMixerDefaultZero
    colorUseBGRPixelOrderForDPX colorUseStereoConvergenceForEffects hdr10PlusControlsOn
    hdrDolbyControlsOn hdrMasteringOn imageEnableFieldProcessing isAutoColorManage
    limitAudioMeterAlignLevel limitBroadcastSafeOn perfAutoRenderCacheComposite
    perfAutoRenderCacheTransition separateColorSpaceAndGamma timelineDropFrameTimecode
    timelineInputResMismatchUseCustomPreset timelineInterlaceProcessing
    timelineOutputResMismatchUseCustomPreset timelineSaveThumbsInProject useCATransform
    useColorSpaceAwareGradingTools useInverseDRT videoCaptureIngestHandles
    videoDataLevelsRetainSubblockAndSuperWhiteData videoDeckAdd32Pulldown
    videoDeckNonAutoEditFrames videoDeckUse444SDI videoDeckUseStereoSDI videoMonitorUse444SDI
    videoMonitorUseHDROverHDMI videoMonitorUseLevelA videoMonitorUseMatrixOverrideFor422SDI
    videoMonitorUseStereoSDI videoPlayoutAudioFramesOffset videoPlayoutLTCFramesOffset
    videoPlayoutShowLTC videoPlayoutShowSourceTimecode
"""
_ON = """
    colorKeyframeDynamicsEndProfile colorKeyframeDynamicsStartProfile colorUseContrastSCurve
    colorUseLocalVersionsAsDefault perfAutoRenderCacheEnable perfAutoRenderCacheFuEffect
    perfOptimisedMediaOn perfProxyMediaOn timelineOutputResMatchTimelineRes videoDeckUseAudoEdit
"""
_EMPTY = """
    colorGalleryStillsNamingCustomPattern colorSpaceInputGamma colorSpaceOutputGamma
    colorSpaceTimelineGamma colorVersion10Name colorVersion1Name colorVersion2Name colorVersion3Name
    colorVersion4Name colorVersion5Name colorVersion6Name colorVersion7Name colorVersion8Name
    colorVersion9Name hdrDolbyMasterDisplay videoCaptureCodec videoCaptureFormat
    colorGalleryStillsLocation projectMediaLocation videoCaptureLocation
"""
_NONE = """
    colorAcesGamutCompressType colorSpaceOutputGamutMapping colorSpaceOutputToneMapping inputDRT
    outputDRT timelineInputResMismatchCustomPreset timelineOutputResMismatchCustomPreset
"""

_VALUES = {
    **dict.fromkeys(_OFF.split(), "0"),
    **dict.fromkeys(_ON.split(), "1"),
    **dict.fromkeys(_EMPTY.split(), ""),
    **dict.fromkeys(_NONE.split(), "None"),
    "audioCaptureNumChannels": "2",
    "audioPlayoutNumChannels": "2",
    "colorAcesIDT": "No Input Transform",
    "colorAcesNodeLUTProcessingSpace": "acesccAp1",
    "colorAcesODT": "No Output Transform",
    "colorGalleryStillsNamingPattern": "clipName",
    "colorGalleryStillsNamingWithStillNumber": "off",
    "colorScienceMode": "davinciYRGB",
    "colorSpaceInput": "Rec.709 Gamma 2.4",
    "colorSpaceOutput": "Rec.709 Gamma 2.4",
    "colorSpaceOutputGamutSaturationKnee": "0.9",
    "colorSpaceOutputGamutSaturationMax": "1",
    "colorSpaceOutputToneLuminanceMax": "100",
    "colorSpaceTimeline": "Rec.709 Gamma 2.4",
    "colorUseLegacyLogGrades": "2",
    "graphicsWhiteLevel": "100",
    "hdrDolbyVersion": "4.0",
    "hdrMasteringLuminanceMax": "1000",
    "imageDeinterlaceQuality": "normal",
    "imageMotionEstimationMode": "standardFaster",
    "imageMotionEstimationRange": "medium",
    "imageResizeMode": "sharper",
    "imageResizingGamma": "Timeline",
    "imageRetimeInterpolation": "nearest",
    "inputDRTSatRolloffLimit": "10000",
    "inputDRTSatRolloffStart": "100",
    "limitAudioMeterDisplayMode": "post_fader",
    "limitAudioMeterHighLevel": "-5",
    "limitAudioMeterLUFS": "-23",
    "limitAudioMeterLoudnessScale": "ebu_9_scale",
    "limitAudioMeterLowLevel": "-10",
    "limitBroadcastSafeLevels": "20_120",
    "limitSubtitleCPL": "60",
    "limitSubtitleCaptionDurationSec": "3",
    "outputDRTSatRolloffLimit": "10000",
    "outputDRTSatRolloffStart": "100",
    "perfAutoRenderCacheAfterTime": "5",
    "perfCacheClipsLocation": "CacheClip",
    "perfOptimisedCodec": "dnxhd_hqx_12b",
    "perfOptimizedResolutionRatio": "auto",
    "perfProxyMediaMode": "1",
    "perfProxyResolutionRatio": "original",
    "perfRenderCacheCodec": "dnxhd_hqx_12b",
    "perfRenderCacheMode": "user",
    "rcmPresetMode": "Custom",
    "superScale": "1",
    "superScaleNoiseReduction": "Medium",
    "superScaleSharpness": "Medium",
    "timelineFrameRate": "24",
    "timelineFrameRateMismatchBehavior": "resolve",
    "timelineInputResMismatchBehavior": "scaleToFit",
    "timelineOutputPixelAspectRatio": "square",
    "timelineOutputResMismatchBehavior": "scaleToFit",
    "timelineOutputResolutionHeight": "1080",
    "timelineOutputResolutionWidth": "1920",
    "timelinePixelAspectRatio": "square",
    "timelinePlaybackFrameRate": "24",
    "timelineResolutionHeight": "1080",
    "timelineResolutionWidth": "1920",
    "timelineSampleRate": "48000",
    "timelineWorkingLuminance": "1000",
    "timelineWorkingLuminanceMode": "HDR 1000",
    "videoCaptureMode": "video_audio",
    "videoDataLevels": "Video",
    "videoDeckBitDepth": "10",
    "videoDeckFormat": "HD 1080PsF 24",
    "videoDeckOutputSyncSource": "auto",
    "videoDeckPrerollSec": "5",
    "videoDeckSDIConfiguration": "none",
    "videoMonitorBitDepth": "10",
    "videoMonitorFormat": "HD 1080p 24",
    "videoMonitorMatrixOverrideFor422SDI": "Rec.601",
    "videoMonitorSDIConfiguration": "dual_link",
    "videoMonitorScaling": "bilinear",
    "videoPlayoutBatchHeadDuration": "8",
    "videoPlayoutBatchTailDuration": "8",
    "videoPlayoutMode": "video_audio",
}

DEFAULTS = dict(sorted(_VALUES.items()))
"""By name, in the order in which they are told."""

NUMBERS = {"superScale": int, "timelineFrameRate": float}
"""Of those that are told as numbers, the kind."""

RATES = (
    *("16", "18", "23.976", "24", "25", "29.97", "30", "47.952", "48", "50", "59.94", "60"),
    *("72", "90", "95.904", "96", "100", "119.88", "120"),
)
"""What ``timelineFrameRate`` can be."""

_READ_ONLY = {
    "timelinePlaybackFrameRate",
    "perfOptimisedCodec",
    "perfRenderCacheCodec",
    "videoDeckFormat",
    "videoCaptureFormat",
    "videoCaptureCodec",
}
_OUTPUT_SIZE = {
    "timelineOutputResolutionWidth",
    "timelineOutputResolutionHeight",
    "timelineOutputPixelAspectRatio",
}
_ASPECTS = ("square", "cinemascope", "16_9", "4_3")
_FITS = ("centerCrop", "scaleToFit", "scaleToCrop", "stretch")
_TONE = (
    *("None", "Simple", "Luminance Mapping", "DaVinci", "Saturation Preserving", "RED IPP2"),
    "Custom",
)
_CHOICES: dict[str, tuple[str, ...]] = {
    "timelinePixelAspectRatio": _ASPECTS,
    "timelineOutputPixelAspectRatio": _ASPECTS,
    "timelineInputResMismatchBehavior": _FITS,
    "timelineOutputResMismatchBehavior": _FITS,
    "imageRetimeInterpolation": ("nearest", "frameBlend", "opticalFlow"),
    "imageMotionEstimationRange": ("small", "medium", "larger"),
    "imageDeinterlaceQuality": ("normal", "high"),
    "perfProxyMediaMode": ("0", "1", "2"),
    "perfRenderCacheMode": ("none", "smart", "user"),
    "colorScienceMode": (
        *("davinciYRGB", "davinciYRGBColorManaged", "davinciYRGBColorManagedv2"),
        *("acescc", "acescct"),
    ),
    "inputDRT": _TONE,
    "outputDRT": _TONE,
    "colorSpaceOutputToneMapping": _TONE,
    "videoDataLevels": ("Video", "Full"),
    "videoMonitorScaling": ("basic", "bilinear"),
    "superScale": ("0", "1", "2", "3", "4"),
}
_FLAGS = {*_OFF.split(), *_ON.split()} - {
    *("colorKeyframeDynamicsEndProfile", "colorKeyframeDynamicsStartProfile"),
    *("limitAudioMeterAlignLevel", "videoCaptureIngestHandles", "videoDeckNonAutoEditFrames"),
    *("videoPlayoutAudioFramesOffset", "videoPlayoutLTCFramesOffset"),
}


def told(settings: Mapping[str, str], name: str, text: bool = False) -> Any:
    """Return a setting as a script is told it; None of an unknown one.

    Args:
        settings: as they are kept.
        name: of the setting.
        text: numbers too are told as text, with a fraction: ``24.0``.
    """
    value = settings.get(name)
    if name not in NUMBERS or value is None:
        return value
    number = NUMBERS[name](value)
    return str(number) if text and isinstance(number, float) else number


def all_told(settings: Mapping[str, str], text: bool = False) -> dict[str, Any]:
    """Return all settings as a script is told them."""
    return {name: told(settings, name, text) for name in sorted(settings)}


def write(settings: dict[str, str], name: str, value: Any) -> bool:
    """Set a setting from what a script gives; return whether it was taken.

    Only text is, but for the settings that are told as numbers. A frame rate that ends with ``DF``
    switches drop-frame timecode on, and off without it.
    """
    if name not in DEFAULTS or name in _READ_ONLY or isinstance(value, bool):
        return False
    if isinstance(value, (int, float)) and name in NUMBERS:
        value = f"{value:g}" if float(value).is_integer() else str(value)
    if not isinstance(value, str):
        return False
    if name == "timelineFrameRate":
        return _write_rate(settings, value)
    if not _fits(settings, name, value):
        return False
    settings[name] = value
    if settings.get("timelineOutputResMatchTimelineRes") == "1":
        for side in ("Width", "Height"):
            settings[f"timelineOutputResolution{side}"] = settings[f"timelineResolution{side}"]
    return True


def _write_rate(settings: dict[str, str], value: str) -> bool:
    number, mark, rest = value.partition(" DF")
    try:
        rate = nearest_rate(float(number))
    except ValueError:
        return False
    text = next((each for each in RATES if nearest_rate(float(each)) == rate), None)
    drop = mark != ""
    if text is None or rest or (drop and not can_drop(rate)):
        return False
    settings["timelineFrameRate"] = text
    settings["timelineDropFrameTimecode"] = "1" if drop else "0"
    if settings.get("videoMonitorFormat", "").startswith("HD 1080p "):
        settings["videoMonitorFormat"] = f"HD 1080p {text}"
    return True


def _fits(settings: Mapping[str, str], name: str, value: str) -> bool:
    """Return whether a setting can be this text, as the others are."""
    if name in _OUTPUT_SIZE and settings.get("timelineOutputResMatchTimelineRes") == "1":
        return value == settings.get(name)
    if name == "timelineDropFrameTimecode" and value == "1":
        return can_drop(_rate(settings))
    if name in _FLAGS:
        return value in ("0", "1")
    if name in _CHOICES:
        return value in _CHOICES[name]
    if re.fullmatch(r"timeline(Output)?Resolution(Width|Height)", name):
        return value.isdigit() and 16 <= int(value) <= 32768
    if re.fullmatch(r"-?\d+(\.\d+)?", DEFAULTS[name]):
        return re.fullmatch(r"-?\d+(\.\d+)?", value) is not None
    return True


def _rate(settings: Mapping[str, str]) -> Fraction:
    return nearest_rate(float(settings["timelineFrameRate"]))

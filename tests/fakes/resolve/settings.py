"""The settings of a project or a timeline that was just made, as a real Resolve told them.

Names and values are facts from a public log of ``GetSetting()``, which told two of them as numbers
(S25). Here all are text, as they are kept.
"""

from __future__ import annotations

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

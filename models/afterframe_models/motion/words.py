"""The words that the motion engine understands, in English and Chinese.

Every phrase stands for one or more :data:`Sense` marks, which ``prompt`` puts together. A new
word is one entry here.
"""

from __future__ import annotations

from typing import Final

Sense = tuple[str, str]
"""Kind and value of a phrase:

``verb``
    a camera's own verb: pan, zoom, dolly, push
``walk``
    what a person may do as well as a camera: moves it only where no one else is said to do it
``turn``
    likewise, for turning about the view's axis
``matter``
    what may flow or sway by itself: sky, water, smoke, leaves
``flow``
    how it does; its value is the way that the word itself says, or empty
``way``
    left, right, up, down, in, out, forward, back, clockwise, anticlockwise
``hint``
    a way that holds only beside a verb, and where no other is said ("walk towards the house")
``whole``
    a whole move: still, handheld, vertigo, or ``axis+`` and ``axis-``
``amount``
    how much, as a number; ``very`` strengthens the amount beside it
``not``, ``or``, ``and``, ``break``
    negation and what joins or parts moves
``fill``
    carries nothing
"""

USUAL: Final = 0.6
"""Amount of a move that is named without saying how much."""
SLIGHT, SLOW, SMALL, FAST, FULL = "0.2", "0.3", "0.4", "0.9", "1.0"

_ENGLISH: Final[dict[Sense, str]] = {
    ("verb", "pan"): "pan|pans|panning|panned|tilt|tilts|tilting|truck|trucks|trucking|pedestal"
    "|crane|crane shot|boom|boom shot|slide|slides|sliding|panorama|tracking shot|track|tracks"
    "|tracking",
    ("verb", "zoom"): "zoom|zooms|zooming|zoomed",
    ("verb", "dolly"): "dolly|dollies|dollying|dolly shot",
    ("verb", "push"): "push|pushes|pushing|pull|pulls|pulling",
    ("walk", "go"): "move|moves|moving|movement|go|goes|going|walk|walks|walking|run|runs|running"
    "|fly|flies|flying|drive|drives|driving|travel|travels|travelling|traveling|step|steps"
    "|stepping|come|comes|coming|glide|glides|gliding|drift|drifts|drifting|float|floats|floating"
    "|look|looks|looking|swing|swings|advance|advances|advancing|swipe|shift|shifts|shifting"
    "|turn|turns|turning",
    ("turn", "roll"): "roll|rolls|rolling|rotate|rotates|rotating|rotation|spin|spins|spinning"
    "|twist|twists|twisting",
    ("matter", "sky"): "sky|skies|cloud|clouds|cloudscape",
    ("matter", "water"): "water|waters|river|stream|brook|creek|sea|ocean|lake|pond|wave|waves"
    "|waterfall|waterfalls|rapids|fountain|surf|tide|rain",
    ("matter", "smoke"): "smoke|steam|fog|mist|haze|vapour|vapor|fumes|dust|flames|fire",
    ("matter", "leaves"): "leaves|leaf|tree|trees|branch|branches|foliage|grass|reeds|flower"
    "|flowers|bush|bushes|plants|wheat|crops|hair|flag|flags|curtain|curtains",
    ("flow", ""): "flow|flows|flowing|streams|streaming|pour|pours|pouring|ripple|ripples"
    "|rippling|sway|sways|swaying|waving|rustle|rustles|rustling|flutter|flutters|fluttering"
    "|blow|blows|blowing|billow|billows|billowing|swirl|swirls|swirling|stir|stirs|stirring"
    "|cascade|cascades|cascading|race|races|racing|roll by|rolling by|pass by|passing by"
    "|sway in the wind|swaying in the wind|move in the wind|moving in the wind",
    ("flow", "up"): "rise|rises|rising|ascend|ascends|ascending",
    ("flow", "down"): "fall|falls|falling|pour down|pours down|pouring down|flow down|flows down"
    "|flowing down|fall down|falls down|falling down",
    ("way", "left"): "left|leftward|leftwards|to the left|from right to left|right to left",
    ("way", "right"): "right|rightward|rightwards|to the right|from left to right|left to right",
    ("way", "up"): "up|upward|upwards|from bottom to top|bottom to top",
    ("way", "down"): "down|downward|downwards|from top to bottom|top to bottom",
    ("way", "in"): "in|inward|inwards|closer|nearer|close",
    ("way", "out"): "out|outward|outwards|away|farther|further",
    ("way", "forward"): "forward|forwards|ahead|straight ahead|straight on|onward|onwards",
    ("way", "back"): "back|backward|backwards",
    ("way", "clockwise"): "clockwise|cw",
    ("way", "anticlockwise"): "anticlockwise|counterclockwise|counter-clockwise|anti-clockwise"
    "|counter clockwise|anti clockwise|ccw",
    ("hint", "forward"): "toward|towards|into|through|on",
    ("hint", "back"): "away from",
    ("whole", "still"): "still|static|fixed|locked|locked off|locked-off|lock off|motionless"
    "|stationary|tripod|freeze|frozen|freeze frame|stand still|hold still|immobile",
    ("whole", "handheld"): "handheld|hand-held|hand held|shaky|shaky cam|camera shake|wobbly",
    ("whole", "vertigo"): "vertigo|vertigo effect|dolly zoom|dolly-zoom|zolly",
    ("whole", "dolly+"): "approach|approaches|approaching|push-in|dolly-in|get closer"
    "|getting closer|come closer|coming closer|go closer|move closer|moving closer|first person",
    ("whole", "dolly-"): "retreat|retreats|retreating|pull-back|pull-out|pullback|dolly-out"
    "|recede|recedes|receding",
    ("whole", "zoom+"): "zoom-in|enlarge|magnify|close-up|close up|closeup",
    ("whole", "zoom-"): "zoom-out|widen|wide shot|reveal|reveals|revealing",
    ("amount", SLIGHT): "slightly|slight|subtle|subtly|barely|minimal|minimally|faint|faintly|tiny",
    ("amount", SLOW): "slow|slowly|gentle|gently|soft|softly|calm|calmly|gradual|gradually|lazy"
    "|lazily|leisurely",
    ("amount", SMALL): "a little|a bit|a little bit|somewhat|small|moderately",
    ("amount", FAST): "fast|quick|quickly|rapid|rapidly|swift|swiftly|strong|strongly|big|a lot"
    "|much|far|sudden|suddenly|dramatic|dramatically",
    ("amount", FULL): "extreme|extremely fast|maximum|whip|crash|as far as possible",
    ("very", ""): "very|really|super|extremely|so",
    ("not", ""): "no|not|don't|do not|dont|never|without|avoid|stop|isn't|doesn't|does not"
    "|shouldn't|must not|mustn't|no more|neither",
    ("or", ""): "or|nor",
    ("and", ""): "and|plus|with|while|as well as|together with|at the same time|also|&",
    ("break", ""): "then|but|after that|afterwards|next|just|only",
    ("fill", ""): "the|a|an|of|to|at|by|for|its|it|is|are|be|we|you|i|our|your|from|this|that"
    "|camera|cameras|cam|lens|shot|shots|view|viewpoint|frame|framing|scene|picture|image|photo"
    "|clip|video|keep|keeps|keep on|continue|continues|continuing|continuously|steadily|steady"
    "|smooth|smoothly|constantly|let|make|please|should|will|can|start|starts|begin|begins"
    "|cinematic|effect|motion|animate|speed|pace|there|any|all|let's|direction|axis",
}

_CHINESE: Final[dict[Sense, str]] = {
    ("verb", "pan"): "平移|横移|摇镜头|摇镜|移镜头|横摇|摇移|摇动|摇|扫",
    ("verb", "zoom"): "缩放|变焦|变焦镜头",
    ("walk", "go"): "走|行走|步行|飞行|飞|行驶|行进|看|跑|奔跑|移动|移|镜头动|相机动|画面动",
    ("turn", "roll"): "旋转|转动|翻滚|滚转|转",
    ("matter", "sky"): "云|云朵|云彩|白云|云层|乌云|天空|天上的云",
    (
        "matter",
        "water",
    ): "水|水面|水流|河|河水|河流|江水|溪水|溪流|小溪|湖水|海水|海浪|波浪|浪花|瀑布|喷泉",
    ("matter", "smoke"): "烟|烟雾|炊烟|雾|雾气|薄雾|蒸汽|热气|火焰|火苗|尘土",
    (
        "matter",
        "leaves",
    ): "树叶|叶子|树|树木|树枝|草|小草|草地|花|花朵|花草|芦苇|麦田|头发|旗帜|窗帘",
    (
        "flow",
        "",
    ): "飘|飘动|飘荡|飘移|飘过|漂|漂移|漂动|浮动|流|流动|流淌|流过|奔流|涌动|荡漾"
    "|摇曳|摇摆|摆动|随风摆动|随风摇曳|随风飘动|飘扬|翻涌|弥漫|飘散",
    ("flow", "up"): "升起|升腾|冒|冒起|向上飘|袅袅升起",
    ("flow", "down"): "落下|流下|倾泻|倾泻而下|飞流直下|落",
    ("way", "left"): "向左|往左|朝左|左移|左摇|从右到左|从右往左|向左侧|往左边|向左边",
    ("way", "right"): "向右|往右|朝右|右移|右摇|从左到右|从左往右|向右侧|往右边|向右边",
    ("way", "up"): "向上|往上|朝上|上移|上摇|上升|抬升|抬头|仰拍|从下到上|从下往上",
    ("way", "down"): "向下|往下|朝下|下移|下摇|下降|低头|俯拍|从上到下|从上往下",
    ("way", "forward"): "向前|往前|朝前|前移|前行|前方",
    ("way", "back"): "向后|往后|朝后|后移",
    ("way", "clockwise"): "顺时针|顺时针方向",
    ("way", "anticlockwise"): "逆时针|逆时针方向|反时针",
    ("hint", "left"): "左",
    ("hint", "right"): "右",
    ("hint", "up"): "上",
    ("hint", "down"): "下",
    ("whole", "still"): "静止|静态|固定|固定镜头|固定机位|不动|保持不动|定格|静止不动|静止镜头"
    "|不要动|不要乱动|不许动|不准动|不能动|不用动|别动|别乱动|勿动|请勿动",
    ("whole", "handheld"): "手持|手持镜头|手持拍摄|手持感|晃动|抖动|摇晃",
    ("whole", "vertigo"): "滑动变焦|希区柯克变焦|眩晕镜头",
    ("whole", "dolly+"): "推进|推镜头|推镜|推近|前推|推|向前推|向前推进|往前推|前进|靠近|逼近"
    "|接近|推入|推轨|进入",
    ("whole", "dolly-"): "后退|后拉|向后拉|往后拉|向后退|往后退|拉镜头|拉镜|拉开|远离|退后|拉出",
    ("whole", "zoom+"): "拉近|放大|变焦推近|变焦放大|变焦推进|特写|变焦拉近|镜头拉近",
    ("whole", "zoom-"): "拉远|缩小|变焦拉远|变焦缩小|变焦拉出|镜头拉远",
    ("amount", SLIGHT): "轻微|轻微地|稍微|略微|微微|稍稍|略|些许|微",
    ("amount", SLOW): "缓慢|缓慢地|缓缓|缓缓地|慢慢|慢慢地|慢速|徐徐|轻轻|轻轻地|轻柔|柔和|平缓|慢"
    "|逐渐|渐渐",
    ("amount", SMALL): "一点|一点点|小幅|小幅度",
    ("amount", FAST): "快速|快速地|迅速|迅速地|急速|飞快|快|大幅|大幅度|猛烈|剧烈|强烈",
    ("amount", FULL): "极快|极速|最大",
    ("very", ""): "非常|很|十分|特别|极其",
    ("not", ""): "不要|不需要|不用|不能|别|不|无|没有|勿|请勿|禁止|避免|不许|无需",
    ("or", ""): "或|或者|也不要|也不|和不要",
    ("and", ""): "和|并|并且|同时|且|以及|还有|加上|一边",
    ("break", ""): "然后|再|接着|但|但是|之后|而是|只",
    ("fill", ""): "镜头|相机|摄像机|摄影机|画面|视角|机位|的|地|得|着|了|请|让|使|向|往|朝|继续"
    "|持续|一直|不断|保持|平稳|平稳地|匀速|效果|运镜|运动|进行|方向|一下|整个|照片|图片|图像|视频|把"
    "|将|来|去|到|在|起来|并向",
}


def _by_phrase(*tables: dict[Sense, str]) -> dict[str, Sense]:
    found: dict[str, Sense] = {}
    for table in tables:
        for sense, phrases in table.items():
            for phrase in phrases.split("|"):
                if phrase in found:
                    raise ValueError(f"{phrase!r} has two senses")
                found[phrase] = sense
    return found


SENSES: Final = _by_phrase(_ENGLISH, _CHINESE)
"""Sense of every phrase, in lower case."""

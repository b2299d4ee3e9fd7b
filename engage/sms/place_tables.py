"""Where a state, the beginning of a ZIP code or an area code lies: data alone, no rules.

States of two zones name both, also where only a county keeps the other. Sources: 49 CFR 71 for zones, the three-digit
prefixes of the Postal Service, area codes as NANPA assigned them up to 2026.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

_EASTERN, _CENTRAL, _MOUNTAIN, _PACIFIC = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"

_ZONES: Final = {
    (_EASTERN,): "CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV",
    (_CENTRAL,): "AL AR IA IL LA MN MO MS OK WI",
    (_MOUNTAIN,): "CO MT NM UT WY",
    (_PACIFIC,): "CA WA",
    (_EASTERN, _CENTRAL): "FL IN KY MI TN",
    (_CENTRAL, _MOUNTAIN): "KS ND NE SD TX",
    (_MOUNTAIN, _PACIFIC): "ID NV OR",
    # The Navajo Nation moves its clock, the rest of Arizona does not.
    ("America/Phoenix", _MOUNTAIN): "AZ",
    ("America/Anchorage", "America/Adak"): "AK",
    ("Pacific/Honolulu",): "HI",
    ("America/Puerto_Rico",): "PR",
    ("America/St_Thomas",): "VI",
    ("Pacific/Guam",): "GU",
    ("Pacific/Saipan",): "MP",
    ("Pacific/Pago_Pago",): "AS",
    ("Pacific/Palau",): "PW",
    ("Pacific/Majuro", "Pacific/Kwajalein"): "MH",
    ("Pacific/Chuuk", "Pacific/Pohnpei", "Pacific/Kosrae"): "FM",
}
# Where the armed forces and embassies have post offices, from the farthest east to the farthest west: Europe with the
# Middle East, Africa and Canada; the Pacific; the Americas. A mailbox tells no more.
_ABROAD: Final = {
    "AE": ("Asia/Karachi", "Asia/Dubai", "Africa/Nairobi", "Europe/Berlin", "Europe/London", "Atlantic/Azores",
           _EASTERN),
    "AP": ("Pacific/Auckland", "Australia/Sydney", "Pacific/Guam", "Asia/Tokyo", "Asia/Manila", "Asia/Bangkok",
           "Indian/Chagos"),
    "AA": ("America/Sao_Paulo", "America/Puerto_Rico", _EASTERN, "America/Bogota", "America/Tegucigalpa"),
}  # fmt: skip
# Of "APO" alone nobody knows which.
ARMED_FORCES: Final = frozenset((*_ABROAD, "APO"))
ZONES_OF_STATES: Final = MappingProxyType(
    {code: names for names, codes in _ZONES.items() for code in codes.split()}
    | _ABROAD
    | {"APO": tuple(dict.fromkeys(name for names in _ABROAD.values() for name in names))},
)

_NAMES: Final = """
    AL Alabama; AK Alaska; AZ Arizona; AR Arkansas; CA California; CO Colorado; CT Connecticut; DE Delaware;
    DC District of Columbia; DC Washington DC; FL Florida; GA Georgia; HI Hawaii; ID Idaho; IL Illinois; IN Indiana;
    IA Iowa; KS Kansas; KY Kentucky; LA Louisiana; ME Maine; MD Maryland; MA Massachusetts; MI Michigan; MN Minnesota;
    MS Mississippi; MO Missouri; MT Montana; NE Nebraska; NV Nevada; NH New Hampshire; NJ New Jersey; NM New Mexico;
    NY New York; NY New York State; NC North Carolina; ND North Dakota; OH Ohio; OK Oklahoma; OR Oregon;
    PA Pennsylvania; RI Rhode Island; SC South Carolina; SD South Dakota; TN Tennessee; TX Texas; UT Utah; VT Vermont;
    VA Virginia; WA Washington; WA Washington State; WV West Virginia; WI Wisconsin; WY Wyoming; PR Puerto Rico;
    VI Virgin Islands; VI US Virgin Islands; VI United States Virgin Islands; GU Guam; AS American Samoa;
    MP Northern Mariana Islands; MP Northern Marianas; MP Commonwealth of the Northern Mariana Islands; MP CNMI;
    AE Armed Forces Europe; AE Armed Forces Africa; AE Armed Forces Canada; AE Armed Forces Middle East;
    AE Armed Forces Europe the Middle East and Canada; AP Armed Forces Pacific; AA Armed Forces Americas;
    AA Armed Forces Americas except Canada; AA Armed Forces the Americas; APO Armed Forces; APO APO; APO FPO; APO DPO;
    PW Palau; MH Marshall Islands; FM Micronesia; FM Federated States of Micronesia"""
STATES_BY_NAME: Final = MappingProxyType(
    {"".join(words).casefold(): code for code, *words in (entry.split() for entry in _NAMES.split(";"))}
)

# First and last prefix of three digits. Left out: 967-969, of which five digits tell.
_PREFIXES: Final = """
    NY 005 005; PR 006 007; VI 008 008; PR 009 009; MA 010 027; RI 028 029; NH 030 038; ME 039 049; VT 050 054;
    MA 055 055; VT 056 059; CT 060 069; NJ 070 089; AE 090 098; NY 100 149; PA 150 196; DE 197 199; DC 200 200;
    VA 201 201; DC 202 205; MD 206 219; VA 220 246; WV 247 268; NC 270 289; SC 290 299; GA 300 319; FL 320 339;
    AA 340 340; FL 341 349; AL 350 369; TN 370 385; MS 386 397; GA 398 399; KY 400 427; OH 430 459; IN 460 479;
    MI 480 499; IA 500 528; WI 530 549; MN 550 567; DC 569 569; SD 570 577; ND 580 588; MT 590 599; IL 600 629;
    MO 630 658; KS 660 679; NE 680 693; LA 700 714; AR 716 729; OK 730 732; TX 733 733; OK 734 749; TX 750 799;
    CO 800 816; WY 820 831; ID 832 838; UT 840 847; AZ 850 865; NM 870 884; TX 885 885; NV 889 898; CA 900 961;
    AP 962 966; OR 970 979; WA 980 994; AK 995 999"""
STATES_BY_ZIP_PREFIX: Final = MappingProxyType(
    {
        f"{prefix:03}": code
        for code, first, last in (entry.split() for entry in _PREFIXES.split(";"))
        for prefix in range(int(first), int(last) + 1)
    }
)
# First and last code of the Pacific, the narrower ones first.
PACIFIC_ZIPS: Final = (
    (96799, 96799, "AS"),
    (96700, 96899, "HI"),
    (96910, 96932, "GU"),
    (96939, 96940, "PW"),
    (96941, 96944, "FM"),
    (96950, 96952, "MP"),
    (96960, 96979, "MH"),
)

_AREA_CODES: Final = """
    AK 907; AL 205 251 256 334 483 659 938; AR 327 479 501 870; AS 684; AZ 480 520 602 623 928;
    CA 209 213 279 310 323 341 350 357 369 408 415 424 442 510 530 559 562 619 626 628 650 657 661 669 707 714 738 747
       760 805 818 820 831 837 840 858 909 916 925 949 951;
    CO 303 719 720 748 970 983; CT 203 475 860 959; DC 202 771; DE 302;
    FL 239 305 321 324 352 386 407 448 561 645 656 689 727 728 754 772 786 813 850 863 904 941 954;
    GA 229 404 470 478 678 706 762 770 912 943; GU 671; HI 808; IA 319 515 563 641 712; ID 208 986;
    IL 217 224 309 312 331 447 464 618 630 708 730 773 779 815 847 861 872; IN 219 260 317 463 574 765 812 930;
    KS 316 620 785 913; KY 270 364 502 606 859; LA 225 318 337 457 504 985; MA 339 351 413 508 617 774 781 857 978;
    MD 227 240 301 410 443 667; ME 207; MI 231 248 269 313 517 586 616 679 734 810 906 947 989;
    MN 218 320 507 612 651 763 924 952; MO 235 314 417 557 573 636 660 816 975; MP 670; MS 228 471 601 662 769; MT 406;
    NC 252 336 472 704 743 828 910 919 980 984; ND 701; NE 308 402 531; NH 603;
    NJ 201 551 609 640 732 848 856 862 908 973; NM 505 575; NV 702 725 775;
    NY 212 315 329 332 347 363 465 516 518 585 607 624 631 646 680 716 718 838 845 914 917 929 934;
    OH 216 220 234 283 326 330 380 419 436 440 513 567 614 740 937; OK 405 539 572 580 918; OR 458 503 541 971;
    PA 215 223 267 272 412 445 484 570 582 610 717 724 814 835 878; PR 787 939; RI 401; SC 803 821 839 843 854 864;
    SD 605; TN 423 615 629 731 729 865 901 931;
    TX 210 214 254 281 325 346 361 409 430 432 469 512 621 682 713 726 737 806 817 830 832 903 915 936 940 945 956 972
       979;
    UT 385 435 801; VA 276 434 540 571 686 703 757 804 826 948; VI 340; VT 802; WA 206 253 360 425 509 564;
    WI 262 274 353 414 534 608 715 920; WV 304 681; WY 307"""
STATES_BY_AREA_CODE: Final = MappingProxyType(
    {area: code for code, *areas in (entry.split() for entry in _AREA_CODES.split(";")) for area in areas}
)

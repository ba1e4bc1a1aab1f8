/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cases of offer_answer.c. No include guard. */
"linphone51-audio", "linphone51-video", "linphone51-avp", "linphone51-sdes", "linphone51-sdes-insecure", "linphone51-dtls",
    "linphone51-zrtp", "linphone51-ice", "linphone51-bundle-off", "linphone51-bundle", "linphone51-h264", "linphone51-focus",
    "linphone55-speaker", "linphone55-unknown-label", "linphone55-hold", "linphone55-sdes", "linphone55-bundle-off",
    "linphone55-dtls", "linphone55-answers", "rfc3264-basic", "rfc3264-one-of-n", "hold-directions", "session-direction",
    "codec-mismatch", "refusals", "ip6", "loose", "order", "redundancy", "described", "described-offers", "h264", "h264-answers",
    "crypto", "opportunistic", "crypto-answers", "bad-answers", "answer-renumbered", "offers", "after-their-numbers", "extmaps",
    "frame-marking", "browser", "simulcast-chromium", "simulcast-firefox", "simulcast-safari", "simulcast-rules", "bundle-moves",
    "no-lines", "scheduled",

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What each text, and each item of each list, of config_table.h has to be. Row: X(section, key, FORM, "words"). FORM is one of
 * enum cf_config_form; words are those that are allowed, for the form WORD only, and a test holds them to the tables of names
 * that they are taken from. Every key of the types TEXT and LIST has a row. No include guard: define X.
 */
/* clang-format off */
X(server, domains, HOST, "")
X(server, state, ANY, "")
X(server, listen, PLACE, "")
X(server, listen-tls, PLACE, "")
X(server, advertise, ADDRESS, "")
X(server, control, ANY, "")
X(server, user-agent, ANY, "")
X(server, dns, PLACE, "")
X(tls, certificate, ANY, "")
X(tls, private-key, ANY, "")
X(tls, authorities, ANY, "")
X(web, listen, PLACE, "")
X(web, listen-tls, PLACE, "")
X(web, folder, ANY, "")
X(web, origins, ORIGIN, "")
X(web, trusted-proxies, ADDRESS, "")
X(web, public-url, PAGE, "")
X(accounts, trusted-proxies, PLACE, "")
X(accounts, outbound-proxy, SIP_URI, "")
X(accounts, algorithms, WORD, "SHA-256 MD5 SHA-512-256")
X(conferences, factories, USER, "")
X(conferences, focus, USER, "")
X(conferences, answer, WORD, "auto redirect accept")
X(conferences, rooms, ROOM, "")
X(conferences, lobby-rooms, ROOM, "")
X(conferences, pins, PIN, "")
X(conferences, prompts, WORD, "phones all off")
X(conferences, prompts-folder, ANY, "")
X(conferences, language, LANGUAGE, "")
X(media, address, ADDRESS, "")
X(media, ice, WORD, "full lite off")
X(media, advertise, ADDRESS, "")
X(media, keying, WORD, "dtls sdes zrtp none")
X(media, aes256-rooms, ROOM, "")
X(media, congestion-control, WORD, "browsers all")
X(media, suites, WORD,
  "AEAD_AES_128_GCM AEAD_AES_256_GCM AES_256_CM_HMAC_SHA1_80 AES_192_CM_HMAC_SHA1_80 AES_CM_128_HMAC_SHA1_80 "
  "AES_256_CM_HMAC_SHA1_32 AES_192_CM_HMAC_SHA1_32 AES_CM_128_HMAC_SHA1_32 AES_CM_256_HMAC_SHA1_80 AES_CM_192_HMAC_SHA1_80 "
  "AES_128_CM_HMAC_SHA1_80 AES_CM_256_HMAC_SHA1_32 AES_CM_192_HMAC_SHA1_32 AES_128_CM_HMAC_SHA1_32")
X(media, audio, WORD, "opus G722 PCMU PCMA")
X(media, video, WORD, "VP8 H264 VP9 AV1 H265")
X(turn, listen, PLACE, "")
X(turn, secret, ANY, "")
X(turn, peers, WORD, "own public")
X(log, level, WORD, "error warning info debug")

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one table of configuration keys. Row: X(section, key, TYPE, default text, least, most, reload, "documentation"). The
 * struct, the parser, --print-config and docs/config.md come from these rows. `reload` is LIVE if SIGHUP applies it, START if
 * only a restart does. Lists are separated by blanks or commas. Durations take s, m, h, d; sizes k, M, G. No include guard:
 * define X.
 */
/* clang-format off */
X(server, domains, LIST, "localhost", 0, 16, START,
  "SIP domains this server is responsible for; the first one is used in URIs that it makes.")
X(server, state, TEXT, "/var/lib/confer", 1, 200, START, "Folder for the database, the certificate and the control socket.")
X(server, listen, LIST, "", 0, 8, START,
  "Addresses for SIP over UDP and TCP, as ADDR:PORT. Empty: nothing is open, which is the default. 0.0.0.0 or [::]: each "
  "address that the machine has at the start, up to 8.")
X(server, listen-tls, LIST, "", 0, 8, START, "Addresses for SIP over TLS, as ADDR:PORT.")
X(server, advertise, TEXT, "", 0, 64, START,
  "Public address written into SIP and SDP if the server is behind a NAT. Empty: the local one.")
X(server, control, TEXT, "control.sock", 1, 100, START, "Control socket for the confer command; relative to state.")
X(server, user-agent, TEXT, "confer", 1, 60, LIVE, "Text of the Server and User-Agent headers.")
X(server, drain-time, DURATION, "30s", 0, 3600, LIVE,
  "On SIGTERM: how long running conferences may go on before they are ended.")
X(server, dns, LIST, "", 0, 4, START, "Addresses of DNS servers, ADDR or ADDR:PORT. Empty: those of the system.")
X(server, strangers, NUMBER, "5000", 100, 1000000, START,
  "Datagrams a second that are read of addresses which have proved nothing (no password, no answer to us), all together; a "
  "network gets an eighth at most. What is above is dropped and counted as discard_flood.")
X(server, connections-per-address, NUMBER, "100", 1, 10000, START,
  "SIP connections (TCP, TLS) from one address at a time; a site whose phones are behind one address may need more.")
X(tls, certificate, TEXT, "", 0, 200, LIVE, "PEM file with the certificate chain. Empty: a self-signed one is made in state.")
X(tls, private-key, TEXT, "", 0, 200, LIVE, "PEM file with the private key of the certificate.")
X(tls, authorities, TEXT, "", 0, 200, LIVE,
  "PEM file with the certificates of authorities that servers we connect to must have theirs from. Empty: those of the system.")
X(web, listen, LIST, "", 0, 4, START,
  "Addresses for the web page and SIP over WebSocket (ws://) without TLS, as ADDR:PORT, behind a reverse proxy.")
X(web, listen-tls, LIST, "", 0, 4, START,
  "Addresses for the web page, SIP over WebSocket (wss://) and SIP over TLS on one port, as ADDR:PORT, usually port 443.")
X(web, folder, TEXT, "", 0, 200, START, "Folder with the files of the web page. Empty: the one that was installed.")
X(web, origins, LIST, "", 0, 16, LIVE,
  "Pages of other servers that may open a WebSocket here, as https://HOST[:PORT]; * for all. Our own may always.")
X(web, trusted-proxies, LIST, "", 0, 16, LIVE,
  "Addresses of reverse proxies whose X-Forwarded-For says who asks; limits for an address are for those, not for the proxy.")
X(web, connections, NUMBER, "5000", 1, 10000, START, "Connections of browsers at a time.")
X(web, connections-per-address, NUMBER, "50", 1, 10000, START, "Connections of browsers from one address at a time.")
X(web, handshake-time, DURATION, "10s", 1, 120, LIVE,
  "How long a browser may take from connecting to the end of its first request, and between two requests.")
X(web, public-url, TEXT, "", 0, 200, LIVE,
  "Where browsers find this server, as https://HOST[:PORT], for meeting links. Empty: the first domain and the port of "
  "listen-tls.")
X(web, guests, FLAG, "yes", 0, 1, LIVE, "People without an account may come in by meeting links, and by the PIN of a room.")
X(web, guest-life, DURATION, "12h", 60, 604800, LIVE, "How long a guest may come again without opening the link again.")
X(web, link-life, DURATION, "7d", 60, 31536000, LIVE, "How long a meeting link is good if its maker doesn't say.")
X(web, metrics, FLAG, "no", 0, 1, LIVE, "Show figures for Prometheus at /metrics to everybody. No: an API key is needed.")
X(web, webhooks-private, FLAG, "no", 0, 1, LIVE,
  "Webhooks may go to addresses that are not public, such as those of this machine or its network.")
X(accounts, registrar, FLAG, "yes", 0, 1, START, "Register phones and ask them for passwords. Set to no behind another proxy.")
X(accounts, trusted-proxies, LIST, "", 0, 16, LIVE,
  "Addresses whose P-Asserted-Identity or From is believed without a password. Used with registrar = no.")
X(accounts, outbound-proxy, TEXT, "", 0, 200, START,
  "SIP URI that calls out go through with registrar = no, such as sip:proxy.example.org, found by DNS (RFC 3263). Empty: the "
  "first trusted proxy.")
X(accounts, algorithms, LIST, "SHA-256 MD5", 1, 3, LIVE,
  "Digest algorithms offered, in order. Leave MD5 out if no old phone needs it.")
X(accounts, expires-least, DURATION, "60s", 1, 86400, LIVE, "Shortest registration; shorter requests get 423.")
X(accounts, expires-most, DURATION, "1h", 60, 604800, LIVE, "Longest registration granted.")
X(accounts, devices, NUMBER, "10", 1, 100, LIVE, "Devices that one account can register at a time.")
X(accounts, nonce-life, DURATION, "5m", 10, 86400, LIVE, "How long a digest nonce is good.")
X(accounts, failures, NUMBER, "10", 1, 1000, LIVE, "Failed passwords from one address within a minute before it has to wait.")
X(conferences, factories, LIST, "videoconference-factory conference-factory", 0, 8, START,
  "User parts of the conference factory URIs.")
X(conferences, focus, TEXT, "conference-focus", 1, 60, START, "User part of conference URIs; conf-id is added to it.")
X(conferences, answer, TEXT, "auto", 1, 10, LIVE,
  "What a factory answers: redirect (302), accept (200), or auto (302 for those that know it, 200 for Linphone 5.1 and others).")
X(conferences, rooms, LIST, "", 0, 100, START, "Permanent rooms, NAME each, dialled as room-NAME.")
X(conferences, lobby-rooms, LIST, "", 0, 64, START,
  "Permanent rooms with a lobby, NAME each: people who were not invited wait until a moderator lets them in.")
X(conferences, pins, LIST, "", 0, 64, START, "PINs of permanent rooms, NAME:PIN each.")
X(conferences, open-rooms, FLAG, "no", 0, 1, LIVE, "Any room-NAME exists as soon as an account dials it.")
X(conferences, announce-chat, FLAG, "yes", 0, 1, LIVE,
  "Tell Linphone 5.4 and later that conferences have chat: they then keep a chat room of each; else they take no part in it.")
X(conferences, participants, NUMBER, "100", 2, 1000, LIVE, "Participants in one conference.")
X(conferences, count, NUMBER, "1000", 1, 10000, LIVE, "Conferences at a time.")
X(conferences, list, NUMBER, "50", 1, 1000, LIVE, "Entries in a list of people to be called.")
X(conferences, per-account, NUMBER, "20", 1, 1000, LIVE, "Conferences that one account can have at a time.")
X(conferences, availability-before-start, DURATION, "3h", 0, 31536000, LIVE,
  "How early one may enter a scheduled conference.")
X(conferences, ring-time, DURATION, "60s", 5, 600, LIVE, "How long people that are called in are rung.")
X(conferences, prompts, TEXT, "phones", 2, 10, START,
  "Who is spoken to: phones (callers whose phones don't show the conference; at the door and in the lobby everybody), all, or "
  "off.")
X(conferences, prompts-folder, TEXT, "", 0, 200, START,
  "Folder with sounds of one's own for spoken prompts, LANGUAGE/WORD.opus (docs/prompts.md). Empty: those of the program.")
X(conferences, language, TEXT, "en", 2, 35, START,
  "Language (RFC 5646) of spoken prompts for callers whose INVITE asks for none that there is.")
X(conferences, tones, NUMBER, "0", 0, 1000, LIVE,
  "Chimes when people come and go, as long as there are no more than so many in the conference. 0: never.")
X(media, address, TEXT, "", 0, 64, START,
  "Local address for RTP. Empty: those of SIP; descriptions name the one that the peer's SIP came to.")
X(media, ports, RANGE, "20000-29999", 1024, 65535, START, "UDP ports for RTP, FIRST-LAST.")
X(media, io-uring, FLAG, "yes", 0, 1, START,
  "Send media, and receive it on ports of one member, by io_uring where the kernel has it. No: by sendmmsg() and recvmmsg().")
X(media, workers, NUMBER, "1", 1, 16, START,
  "Media workers, a thread each: rooms are spread over them. With ICE each has a port of its own, ice-port and those that follow "
  "it.")
X(media, spread-from, NUMBER, "100", 0, 100000, START,
  "With several media workers: members from which on a conference is spread over them. Smaller ones live on one each. 0: none is "
  "spread.")
X(media, send-silence, FLAG, "no", 0, 1, START,
  "Send every frame while nobody speaks. No: after half a second of silence a packet a second, which costs next to nothing.")
X(media, packet-rate, NUMBER, "6000", 100, 200000, START,
  "Packets a second that are taken of one member's camera or screen; what is above is dropped and counted. 6000 are some "
  "50 Mbit/s.")
X(media, ice, TEXT, "full", 1, 8, START,
  "Connectivity checks (ICE): full, lite (only answers those of others), or off.")
X(media, ice-port, NUMBER, "10000", 0, 65535, START,
  "UDP port for all members with ICE, at each media address. Outside of ports. 0: one that the system chooses.")
X(media, ice-tcp, FLAG, "yes", 0, 1, START,
  "Media over TCP on the ports of web.listen-tls, for networks that let no UDP out (ICE-TCP, RFC 6544).")
X(media, advertise, LIST, "", 0, 4, START,
  "Public addresses that lead to this server's media ports without changing the port, if it is behind a NAT. Empty: "
  "server.advertise.")
X(media, quarantine, DURATION, "5s", 0, 300, LIVE, "How long a port rests after a call before it is used again.")
X(media, plain, FLAG, "no", 0, 1, LIVE, "Allow RTP without encryption.")
X(media, sdes-insecure, FLAG, "no", 0, 1, LIVE, "Allow SDES keys over signalling that is not encrypted.")
X(media, keying, LIST, "dtls sdes zrtp none", 1, 4, LIVE,
  "How media keys may be agreed on, in order of preference: dtls, sdes, zrtp, none (no encryption, if media.plain allows it).")
X(media, aes256, FLAG, "no", 0, 1, LIVE, "Every room demands AES-256: who offers less is refused.")
X(media, aes256-rooms, LIST, "", 0, 100, LIVE, "Rooms that demand AES-256, NAME each.")
X(media, suites, LIST,
  "AEAD_AES_128_GCM AEAD_AES_256_GCM AES_256_CM_HMAC_SHA1_80 AES_CM_128_HMAC_SHA1_80 AES_256_CM_HMAC_SHA1_32 "
  "AES_CM_128_HMAC_SHA1_32",
  1, 12, LIVE, "SRTP suites allowed, in order of preference.")
X(media, audio, LIST, "opus G722 PCMU PCMA", 1, 8, LIVE, "Audio codecs, in order of preference.")
X(media, video, LIST, "VP8 H264", 0, 8, LIVE, "Video codecs of VP8 H264 VP9 AV1 H265, in order of preference. Empty: no video.")
X(media, congestion-control, TEXT, "browsers", 3, 8, LIVE,
  "Whom our offers tell at once of congestion control (RTX, transport-wide feedback, REMB): browsers, or all, phones that are "
  "called in too. Answers take what a phone offers.")
X(media, silence-time, DURATION, "60s", 0, 86400, LIVE,
  "A member that sends neither RTP nor RTCP that long is taken out. 0: never.")
X(media, video-rate, NUMBER, "1500", 100, 20000, LIVE, "Bit rate asked of video senders, kbit/s.")
X(media, pause-unseen, FLAG, "yes", 0, 1, START,
  "Ask cameras that nobody sees to send next to nothing until somebody does. Saves their owners' links; who begins to speak "
  "starts small.")
X(turn, enabled, FLAG, "no", 0, 1, START,
  "A relay (TURN) for browsers whose network lets only connections to this server out: over TCP and TLS on the ports of "
  "web.listen-tls, over UDP on those of turn.listen.")
X(turn, listen, LIST, "", 0, 8, START, "Addresses of the relay over UDP, as ADDR:PORT, usually port 3478. Empty: not over UDP.")
X(turn, secret, TEXT, "", 0, 128, START,
  "Secret of the time-limited credentials, if others hand them out as well. Empty: a new one at each start.")
X(turn, credential-life, DURATION, "5m", 30, 86400, LIVE,
  "How long a credential may be used to begin with; calls may last longer.")
X(turn, ports, RANGE, "30000-39999", 1024, 65535, START, "UDP ports of relayed addresses, FIRST-LAST. Outside of media.ports.")
X(turn, peers, TEXT, "own", 1, 8, START,
  "Where the relay sends to: own (this server's media), or public (all public addresses too; private and special ones never).")
X(turn, allocations, NUMBER, "1000", 1, 10000, START, "Relayed addresses at a time.")
X(turn, allocations-per-user, NUMBER, "20", 1, 1000, START, "Relayed addresses of one user at a time.")
X(turn, allocations-per-address, NUMBER, "50", 1, 10000, START, "Relayed addresses of one client address at a time.")
X(turn, rate, NUMBER, "10000", 0, 1000000, START,
  "Most that one relayed address may carry, kbit/s, both ways together. 0: no limit.")
X(log, level, TEXT, "info", 1, 8, LIVE, "error, warning, info or debug.")
X(log, messages, FLAG, "no", 0, 1, LIVE,
  "Log every SIP message with its flow. Digests, media keys and keys that were pressed are left out; names, addresses and "
  "chat are not.")

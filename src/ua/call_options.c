/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ua/call_options.h"

#include "core/clip/card.h"
#include "core/sip/uri.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char cf_call_help[] =
    "confer call URI [OPTION...] - call somebody, a room or a conference factory; with --answer or --wait instead of URI: be "
    "called\n"
    "\n"
    "Who\n"
    "  --user NAME|URI        account: alice, or sip:alice@example.org (domain of URI if it is not given)\n"
    "  --password TEXT        its password (else $CONFER_PASSWORD)\n"
    "  --name TEXT            display name\n"
    "  --realm TEXT           realm that the password is for, if it is not the domain\n"
    "  --server HOST[:PORT]   registrar and proxy, if it is not the domain\n"
    "  --transport T          udp (default), tcp or tls\n"
    "  --insecure             take any certificate\n"
    "  --local ADDRESS        of this machine, if the route to the server says another\n"
    "  --no-register          call without registration\n"
    "What\n"
    "  --answer               take calls at once\n"
    "  --wait                 wait for a call and let it ring\n"
    "  --invite URI,...       people whom the conference shall call (recipient list); a NAME is one of the domain\n"
    "  --subject TEXT         of the call or conference\n"
    "  --duration SECONDS     hang up so long after the call came up\n"
    "  --patience SECONDS     give up if no call has come up by then (30)\n"
    "  --specs TEXT           Linphone capabilities in Contact (conference/2.0); none: \"\"\n"
    "Media\n"
    "  --audio SOURCE         voice:N (speech-like, N says which), tone:HZ, silence, FILE.wav or .opus, none\n"
    "  --video SOURCE         card:N (test card of sender N), FILE.ivf, FILE.h264, none\n"
    "  --size WxH --fps N --video-rate KBIT    of the test card (320x240, 15, 300)\n"
    "  --simulcast N          send the test card in N sizes at once (2 or 3): as said, half of that, a quarter\n"
    "  --audio-codecs LIST --video-codecs LIST    most wanted first: \"opus PCMU\", \"H264 VP8\"\n"
    "  --encryption E         any (default: plain is offered, SDES and DTLS taken too), none, sdes, dtls or zrtp\n"
    "  --suites LIST          SRTP suites, most wanted first\n"
    "  --zrtp-secrets FILE    remember ZRTP's secrets, and that its string was verified, from call to call\n"
    "  --layout L             speaker (default): one line without label, as older phones; active: the speaker and a miniature "
    "of\n"
    "                         everybody; grid: everybody in full; audio: no pictures\n"
    "  --tiles N              most people that are asked for\n"
    "  --audio-lines N        lines of sound besides the first, for one talker each (1 to 4)\n"
    "  --bundle               all media over one port (RFC 9143)\n"
    "  --ice                  find the way of media by connectivity checks (RFC 8445)\n"
    "  --ice-tcp              the same, over TCP as well (RFC 6544)\n"
    "  --stun HOST[:PORT]     ICE with server-reflexive candidates, found there; the call waits for them\n"
    "  --trickle              ... or does not: they are told when they are found (RFC 8838, 8840)\n"
    "  --no-udp               media neither goes nor comes by UDP, as behind a firewall that lets none through\n"
    "  --record FOLDER        heard.wav, sent.wav, heard-LINE.wav of each talker's line, a file of pictures for each line,\n"
    "                         sheet.png\n"
    "  --blind                don't decode pictures\n"
    "Check\n"
    "  --expect LIST          status 1 unless all were met when the call ended: connected, registered, participants=N,\n"
    "                         audio, silence, video, no-video, senders=N, sender=N, subject=TEXT, encrypted, plain,\n"
    "                         ended=CAUSE (bye, rejected...), status=N\n"
    "  --trace                SIP messages on standard error\n"
    "\n"
    "One JSON object a line on standard output: events, and statistics once a second. Commands on standard input: hold,\n"
    "resume, offer, subject TEXT, subject-offerless TEXT, add URI, remove URI, admin URI, no-admin URI, mute, unmute,\n"
    "keys 123#, layout L, verify-sas, unverify-sas, restart-ice, answer, decline, call URI, hang-up, quit.\n"
    "Status: 0 done and as expected, 1 not, 2 usage.\n";

/* --- single values --- */

static bool number_of(const char *text, uint32_t max, uint32_t *ret) {
    return cf_str_to_u32(cf_str_of(text), max, ret);
}

bool cf_sound_source_read(struct cf_sound_source *source, const char *text) {
    struct cf_str s = cf_str_of(text);
    *source = (struct cf_sound_source){.kind = CF_VOICE_SILENCE};
    if (cf_str_eq(s, CF_STR("none"))) {
        source->is_none = true;
    } else if (cf_str_starts(s, CF_STR("voice:"))) {
        source->kind = CF_VOICE_SPEECH;
        return number_of(text + 6, UINT32_MAX, &source->number);
    } else if (cf_str_starts(s, CF_STR("tone:"))) {
        source->kind = CF_VOICE_TONE;
        return number_of(text + 5, 20000, &source->number);
    } else if (!cf_str_eq(s, CF_STR("silence"))) {
        source->file = text;
    }
    return true;
}

static bool read_sound(struct cf_call_options *o, const char *text) {
    return cf_sound_source_read(&o->sound, text);
}

static bool read_picture(struct cf_call_options *o, const char *text) {
    struct cf_str s = cf_str_of(text);
    uint32_t card = 0;
    o->picture = (struct cf_picture_source){.is_none = cf_str_eq(s, CF_STR("none"))};
    if (cf_str_starts(s, CF_STR("card:"))) {
        bool is_right = number_of(text + 5, 255, &card);
        o->picture.card = (uint8_t)card;
        return is_right;
    }
    o->picture.file = o->picture.is_none ? NULL : text;
    return true;
}

static bool read_size(struct cf_call_options *o, const char *text) {
    struct cf_str rest = cf_str_of(text);
    uint32_t width = 0;
    uint32_t height = 0;
    struct cf_str first = cf_str_cut(&rest, 'x');
    bool is_right = cf_str_to_u32(first, 1920, &width) && rest.at != NULL && cf_str_to_u32(rest, 1080, &height);
    o->width = (uint16_t)(width & ~1U);
    o->height = (uint16_t)(height & ~1U);
    return is_right && width >= CF_CARD_WIDTH_MIN && height >= CF_CARD_HEIGHT_MIN;
}

static bool read_fps(struct cf_call_options *o, const char *text) {
    uint32_t fps = 0;
    bool is_right = number_of(text, 60, &fps) && fps > 0;
    o->fps = (uint8_t)fps;
    return is_right;
}

static bool read_rate(struct cf_call_options *o, const char *text) {
    return number_of(text, 20000, &o->video_kbps) && o->video_kbps >= 20;
}

static bool read_simulcast(struct cf_call_options *o, const char *text) {
    uint32_t count = 0;
    bool is_right = number_of(text, CF_CALL_ENCODINGS_MAX, &count) && count >= 2;
    o->encodings = (uint8_t)count;
    return is_right;
}

static bool read_audio_lines(struct cf_call_options *o, const char *text) {
    return number_of(text, CF_CALL_AUDIO_LINES_MAX, &o->audio_lines) && o->audio_lines > 0;
}

static bool read_duration(struct cf_call_options *o, const char *text) {
    return number_of(text, 1000000, &o->duration_sec);
}

static bool read_patience(struct cf_call_options *o, const char *text) {
    return number_of(text, 1000000, &o->patience_sec);
}

static bool read_transport(struct cf_call_options *o, const char *text) {
    static const enum cf_transport ours[] = {CF_TRANSPORT_UDP, CF_TRANSPORT_TCP, CF_TRANSPORT_TLS};
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
        if (cf_str_eq_nocase(cf_str_of(text), cf_transport_name(ours[i]))) {
            o->transport = ours[i];
            return true;
        }
    }
    return false;
}

static bool read_encryption(struct cf_call_options *o, const char *text) {
    static const char *const words[] = {"any", "none", "sdes", "dtls", "zrtp"}; /* in the order of the enumeration */
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(text, words[i]) == 0) {
            o->encryption = (enum cf_call_encryption)i;
            return true;
        }
    }
    return false;
}

bool cf_layout_read(const char *text, enum cf_agent_layout *ret) {
    static const char *const words[] = {"speaker", "audio", "active", "grid"}; /* in the order of the enumeration */
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(text, words[i]) == 0) {
            *ret = (enum cf_agent_layout)i;
            return true;
        }
    }
    return false;
}

static bool read_layout(struct cf_call_options *o, const char *text) {
    return cf_layout_read(text, &o->layout);
}

static bool read_tiles(struct cf_call_options *o, const char *text) {
    return number_of(text, CF_AGENT_LINES_MAX, &o->tiles_max);
}

/* The text stays argv's, cut in place at the commas. */
static bool read_invited(struct cf_call_options *o, char *text) {
    for (char *at = text; at != NULL && o->invited_count < CF_CALL_INVITED_MAX;) {
        char *comma = strchr(at, ',');
        if (comma != NULL) {
            *comma = '\0';
        }
        o->invited[o->invited_count++] = at;
        at = comma == NULL ? NULL : comma + 1;
    }
    return true;
}

/* --- all of them --- */

/* Options that are texts only. */
static const char **text_option(struct cf_call_options *o, const char *name) {
    const struct {
        const char *name;
        const char **value;
    } table[] = {
        {"--user", &o->user},
        {"--password", &o->password},
        {"--name", &o->name},
        {"--realm", &o->realm},
        {"--server", &o->server},
        {"--local", &o->local},
        {"--subject", &o->subject},
        {"--specs", &o->specs},
        {"--audio-codecs", &o->audio_codecs},
        {"--suites", &o->suites},
        {"--record", &o->record},
        {"--video-codecs", &o->video_codecs},
        {"--expect", &o->expect},
        {"--zrtp-secrets", &o->zrtp_secrets},
        {"--stun", &o->stun},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strcmp(table[i].name, name) == 0) {
            return table[i].value;
        }
    }
    return NULL;
}

static bool *flag_option(struct cf_call_options *o, const char *name) {
    const struct {
        const char *name;
        bool *value;
    } table[] = {
        {"--insecure", &o->is_insecure}, {"--no-register", &o->is_unregistered},
        {"--answer", &o->answers},       {"--wait", &o->waits},
        {"--blind", &o->is_blind},       {"--trace", &o->is_traced},
        {"--bundle", &o->is_bundled},    {"--ice", &o->has_ice},
        {"--ice-tcp", &o->has_ice_tcp},  {"--no-udp", &o->is_udp_blocked},
        {"--trickle", &o->trickles},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strcmp(table[i].name, name) == 0) {
            return table[i].value;
        }
    }
    return NULL;
}

typedef bool read_fn(struct cf_call_options *o, const char *text);

static read_fn *reader_of(const char *name) {
    static const struct {
        const char *name;
        read_fn *read;
    } table[] = {
        {"--audio", read_sound},
        {"--video", read_picture},
        {"--size", read_size},
        {"--fps", read_fps},
        {"--video-rate", read_rate},
        {"--simulcast", read_simulcast},
        {"--duration", read_duration},
        {"--transport", read_transport},
        {"--patience", read_patience},
        {"--encryption", read_encryption},
        {"--layout", read_layout},
        {"--tiles", read_tiles},
        {"--audio-lines", read_audio_lines},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strcmp(table[i].name, name) == 0) {
            return table[i].read;
        }
    }
    return NULL;
}

static bool complain(const char *what, const char *why) {
    fprintf(stderr, "confer call: %s: %s (see confer call --help)\n", what, why);
    return false;
}

static bool read_one(struct cf_call_options *o, int argc, char **argv, int *at) {
    const char *name = argv[*at];
    bool *flag = flag_option(o, name);
    const char **text = text_option(o, name);
    read_fn *read = reader_of(name);
    bool is_list = strcmp(name, "--invite") == 0;
    if (name[0] != '-') {
        if (o->target != NULL) {
            return complain(name, "one URI is called");
        }
        o->target = name;
        return true;
    }
    if (flag != NULL) {
        *flag = true;
        return true;
    }
    if (text == NULL && read == NULL && !is_list) {
        return complain(name, "no such option");
    }
    if (*at + 1 >= argc) {
        return complain(name, "a value is missing");
    }
    char *value = argv[++*at];
    if (text != NULL) {
        *text = value;
        return true;
    }
    bool is_right = is_list ? read_invited(o, value) : read(o, value);
    return is_right || complain(name, value);
}

/* The account's address: as given, or the name at the domain of the target. */
static bool derive(struct cf_call_options *o) {
    struct cf_sip_uri target;
    struct cf_sip_uri own;
    struct cf_writer w;
    bool has_target = o->target != NULL && cf_sip_uri_parse(cf_str_of(o->target), &target) == CF_OK && cf_sip_uri_is_sip(&target);
    if (o->target != NULL && !has_target) {
        return complain(o->target, "not a SIP URI");
    }
    if (o->target == NULL && !o->answers && !o->waits) {
        return complain("call", "a URI, --answer or --wait is needed");
    }
    cf_writer_init(&w, o->aor, sizeof o->aor - 1);
    const char *user = o->user == NULL ? "anonymous" : o->user;
    if (strchr(user, ':') != NULL) {
        cf_put(&w, cf_str_of(user));
    } else if (has_target) {
        cf_put_lit(&w, "sip:");
        cf_put(&w, cf_str_of(user));
        cf_put_char(&w, '@');
        cf_put(&w, target.host);
    } else {
        return complain(user, "without a URI to call the account must be one: sip:alice@example.org");
    }
    if (!cf_writer_ok(&w) || cf_sip_uri_parse(cf_writer_str(&w), &own) != CF_OK || own.host.len >= sizeof o->domain) {
        return complain(user, "not an account");
    }
    memcpy(o->domain, own.host.at, own.host.len);
    return true;
}

/* ZRTP has a channel for sound and one for pictures: as many lines as its Hellos are promised for. */
static bool is_sensible(const struct cf_call_options *o) {
    if (o->encodings > 0) {
        unsigned smaller = o->encodings - 1U;
        bool is_large =
            (unsigned)o->width >> smaller >= CF_CARD_WIDTH_MIN && (unsigned)o->height >> smaller >= CF_CARD_HEIGHT_MIN;
        if (o->picture.file != NULL || !is_large) {
            return complain("--simulcast", "for a test card that is large enough");
        }
    }
    bool has_many = o->layout == CF_AGENT_LAYOUT_ACTIVE || o->layout == CF_AGENT_LAYOUT_GRID;
    if (o->encryption == CF_CALL_ENCRYPTION_ZRTP && o->audio_lines > 0) {
        return complain("--audio-lines", "ZRTP is for one line of sound");
    }
    return o->encryption != CF_CALL_ENCRYPTION_ZRTP || !has_many || complain("--layout", "ZRTP is for one video line");
}

bool cf_call_options_read(struct cf_call_options *options, int argc, char **argv) {
    *options = (struct cf_call_options){.transport = CF_TRANSPORT_UDP,
                                        .password = getenv("CONFER_PASSWORD"),
                                        .specs = "conference/2.0",
                                        .patience_sec = 30,
                                        .sound = {.kind = CF_VOICE_SPEECH, .number = 1},
                                        .picture = {.card = 1},
                                        .width = 320,
                                        .height = 240,
                                        .fps = 15,
                                        .video_kbps = 300};
    for (int at = 1; at < argc; at++) {
        if (!read_one(options, argc, argv, &at)) {
            return false;
        }
    }
    return is_sensible(options) && derive(options);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `confer call` is told on its command line. Plain values; texts are those of argv or of the buffers here. */
#ifndef CF_UA_CALL_OPTIONS_H
#define CF_UA_CALL_OPTIONS_H

#include "base/addr.h"
#include "core/agent/agent.h"
#include "core/clip/voice.h"
#include "core/sip/transport.h"

#define CF_CALL_INVITED_MAX 64
#define CF_CALL_TEXT_MAX 512

/** Most encodings of a picture. */
#define CF_CALL_ENCODINGS_MAX 3U

/** Most lines of sound besides the first. */
#define CF_CALL_AUDIO_LINES_MAX 4U

/** Where sound to send comes from. */
struct cf_sound_source {
    enum cf_voice_kind kind;
    uint32_t number;
    const char *file; /**< WAV; NULL: made by .kind and .number */
    bool is_none;     /**< nothing is sent at all */
};

/** Where pictures to send come from. */
struct cf_picture_source {
    uint8_t card;     /**< number of the test card */
    const char *file; /**< IVF (VP8) or H.264 byte stream; NULL: the card */
    bool is_none;
};

/** How media is protected. */
enum cf_call_encryption {
    CF_CALL_ENCRYPTION_ANY,  /**< plain is offered, SDES and DTLS are taken too */
    CF_CALL_ENCRYPTION_NONE, /**< plain only */
    CF_CALL_ENCRYPTION_SDES, /**< SDES only */
    CF_CALL_ENCRYPTION_DTLS, /**< DTLS-SRTP only */
    CF_CALL_ENCRYPTION_ZRTP, /**< ZRTP only */
};

/** Options. */
struct cf_call_options {
    const char *target; /**< NULL: wait to be called */
    char aor[CF_CALL_TEXT_MAX];
    char domain[CF_CALL_TEXT_MAX];
    const char *user;
    const char *password;
    const char *name;
    const char *realm;
    const char *server; /**< HOST[:PORT]; NULL: the domain */
    const char *local;
    const char *specs;
    enum cf_transport transport;
    bool is_insecure; /**< take any certificate */
    bool is_traced;   /**< SIP messages on standard error */
    bool is_unregistered;
    bool answers; /**< take calls at once */
    bool waits;   /**< for a call, which rings until it is answered by command */
    const char *subject;
    const char *invited[CF_CALL_INVITED_MAX];
    size_t invited_count;
    uint32_t duration_sec; /**< of the call; 0: until it ends */
    uint32_t patience_sec; /**< how long the call may take to come up */
    struct cf_sound_source sound;
    struct cf_picture_source picture;
    uint16_t width;
    uint16_t height;
    uint8_t fps;
    uint32_t video_kbps;
    uint8_t encodings;        /**< that the picture is sent in at once, by rid; 0: one, without rid */
    const char *audio_codecs; /**< NULL: the default */
    const char *video_codecs;
    enum cf_call_encryption encryption;
    const char *suites;
    const char *zrtp_secrets; /**< file; NULL: nothing is remembered */
    enum cf_agent_layout layout;
    uint32_t tiles_max;   /**< 0: no limit */
    uint32_t audio_lines; /**< of sound besides the first */
    bool is_bundled;
    bool has_ice;
    bool has_ice_tcp;    /**< implies .has_ice */
    const char *stun;    /**< HOST[:PORT] that tells how our ports look from outside; implies .has_ice; NULL: none */
    bool trickles;       /**< implies .has_ice: calls don't wait for what .stun says, the peer is told later */
    bool is_udp_blocked; /**< for media, as behind a firewall */
    const char *record;  /**< folder; NULL: nothing is recorded */
    bool is_blind;       /**< received pictures are not decoded */
    const char *expect;
};

/** Read the arguments behind "call". False: said on standard error what is wrong. */
bool cf_call_options_read(struct cf_call_options *options, int argc, char **argv);

/** Read "tone:440", "voice:3", "silence", "none" or the name of a WAV file. False: a number is wrong. */
bool cf_sound_source_read(struct cf_sound_source *source, const char *text);

/** Read the name of a layout. False: there is none of that name. */
bool cf_layout_read(const char *text, enum cf_agent_layout *ret);

/** The help text. */
extern const char cf_call_help[];

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The roster: who is in a conference with which devices and media, and when each of that changed. A table without policy: the
 * conference (conference.h) decides, the document writer (roster_document.h) reads.
 *
 * Every change takes the next number of one sequence, and participants stand in a journal ordered by the number of their latest
 * change. What a subscriber has to be told is so a matter of one number that it has seen, whatever the number of subscribers and
 * however far each is behind (docs/algorithms/roster-notifications.md). Removed participants and devices remain as short notes
 * until CF_ROSTER_GONE_MAX younger ones push them out; who is further behind is given the full state.
 *
 * Limits: participants and devices by cf_roster_config, strings by the CF_ROSTER_..._MAX below: longer ones are CF_ERR_LIMIT.
 * Single-threaded. Members may be read by everybody; they are written by roster.c only.
 */
#ifndef CF_CORE_CONF_ROSTER_H
#define CF_CORE_CONF_ROSTER_H

#include "base/handle.h"
#include "base/list.h"
#include "base/map.h"
#include "base/rng.h"
#include "base/usec.h"
#include "core/conf/vocabulary.h"

/** Longest strings, octets. */
#define CF_ROSTER_AOR_MAX 256
#define CF_ROSTER_NAME_MAX 128
#define CF_ROSTER_ENTITY_MAX 384
#define CF_ROSTER_CALL_ID_MAX 256
#define CF_ROSTER_TAG_MAX 128
#define CF_ROSTER_REASON_MAX 64

/** Length of a label: what Linphone's own server takes. */
#define CF_ROSTER_LABEL_LEN 9

/** Notes kept of removed participants, and of removed devices of one participant. */
#define CF_ROSTER_GONE_MAX 256
#define CF_ROSTER_GONE_DEVICES_MAX 8

/** What a stream shows. */
enum cf_media_content {
    CF_MEDIA_CONTENT_NORMAL, /**< camera or microphone */
    CF_MEDIA_CONTENT_SLIDES, /**< a shared screen; video only */
};

/** One medium of a device, RFC 4575 section 5.8. */
struct cf_roster_media {
    enum cf_media_status status;
    enum cf_media_content content;
    bool is_relabelled;              /**< the label has changed and subscribers were not told yet */
    bool has_ssrc;                   /**< ssrc is known */
    uint32_t ssrc;                   /**< of the stream that the device sends; the document's src-id */
    char label[CF_ROSTER_LABEL_LEN]; /**< ours, unique in the conference; not terminated */
};

/** Signalling identity of a device's call. */
struct cf_roster_call {
    struct cf_str call_id;
    struct cf_str from_tag; /**< of the INVITE's From, whoever sent it */
    struct cf_str to_tag;
};

/** Why a device is gone or was not reached; codes and texts are those of SIP's Reason header (RFC 3326). */
struct cf_roster_cause {
    uint16_t code;      /**< 486, ...; 0: none */
    struct cf_str text; /**< owned copy; absent: none */
};

struct cf_roster_participant;
struct cf_roster_device;

/** A label in the roster's map. */
struct cf_roster_label {
    struct cf_map_node node;         /**< key absent: not in the map, as an earlier medium has the same label */
    struct cf_roster_device *device; /**< whose it is */
};

/** One device of a participant: an endpoint of the document. */
struct cf_roster_device {
    struct cf_handle handle;                   /**< its name for everybody outside */
    struct cf_handle leg;                      /**< its call, in the focus' own names; may be unset */
    struct cf_roster_participant *participant; /**< whose it is */
    struct cf_link in_participant;
    struct cf_link in_linger; /**< the conference's: waits to be removed */
    struct cf_link in_out;    /**< the conference's: has something to be polled */
    struct cf_str entity;     /**< GRUU, contact or, while it is being called, the AOR; unique in the participant */
    struct cf_roster_call call;
    enum cf_endpoint_status status;
    bool is_held;       /**< CONNECTED: put us on hold */
    bool is_waiting;    /**< in the lobby: no media for it or from it until admitted */
    bool is_starved;    /**< not all pictures that it asked for fit its link */
    bool lacks_codec;   /**< some of them come in no format that it takes */
    bool wants_pin;     /**< waiting: it has to enter the PIN first */
    uint8_t wrong_pins; /**< in this call */
    enum cf_joining_method joining_method;
    cf_wall joined;                                    /**< when it was connected; 0: not yet */
    struct cf_str brought_by;                          /**< AOR of who had it called; absent: nobody in particular */
    enum cf_disconnection_method disconnection_method; /**< DISCONNECTED only */
    cf_wall disconnected;                              /**< the same */
    struct cf_roster_cause cause;                      /**< the same */
    struct cf_roster_media media[CF_CONF_MEDIA_COUNT];
    struct cf_roster_label labels[CF_CONF_MEDIA_COUNT]; /**< of .media, for finding them */
    char protection[48];      /**< how its media is encrypted, such as "dtls AEAD_AES_128_GCM"; empty: not known yet */
    bool is_aes256;           /**< all of it is AES-256 */
    char sas[32];             /**< ZRTP's short authentication string, no secret; empty: none */
    bool is_sas_verified;     /**< it was compared, or that of an earlier call was */
    uint64_t added;           /**< sequence number of its coming */
    uint64_t fresh;           /**< of the latest time that something of it vanished: tell it as new to who has seen less */
    uint64_t changed;         /**< of its latest change */
    cf_usec linger_at;        /**< the conference's: remove it then */
    uint8_t out;              /**< the conference's: what is to be polled */
    uint8_t hang_up_reason;   /**< the conference's: enum cf_hang_up_reason of its own leg */
    uint8_t old_reason;       /**< the conference's: the same of old_leg */
    struct cf_handle old_leg; /**< the conference's: a call that this one has replaced */
};

/** Note of a removed device. */
struct cf_roster_gone_device {
    struct cf_str entity; /**< owned */
    struct cf_roster_call call;
    enum cf_disconnection_method method;
    struct cf_roster_cause cause;
    cf_wall at;
    uint64_t added;
    uint64_t removed; /**< sequence numbers of its coming and going */
};

/** One participant: a user of the document. After its removal a note of that. */
struct cf_roster_participant {
    struct cf_map_node node;    /**< by aor, while not gone */
    struct cf_link in_order;    /**< by ordinal; of notes by removal */
    struct cf_link in_journal;  /**< by changed */
    struct cf_link in_departed; /**< the conference's: has no device any more */
    struct cf_str aor;          /**< owned, canonical */
    struct cf_str name;         /**< owned, cleaned display name; absent: unknown */
    bool is_verified;           /**< the identity was proved, not only claimed */
    bool is_admin;
    bool is_organiser;
    bool is_guest;        /**< no account: came by a link or a PIN */
    bool is_gone;         /**< only aor, ordinal, journal and gone devices mean something */
    bool is_muted;        /**< all its devices are silenced by us */
    bool is_muted_firmly; /**< an administrator did that: only one may lift it */
    cf_wall hand_up;      /**< since when the hand is raised; 0: it is not */
    enum cf_conf_role role;
    uint64_t ordinal;     /**< ever higher in the order of coming */
    uint64_t changed;     /**< sequence number of the latest change of it or a device; of its removal */
    uint64_t own_changed; /**< of name or roles */
    struct cf_list devices;
    size_t device_count;
    struct cf_roster_gone_device *gone; /**< owned, oldest first */
    size_t gone_count;
    size_t gone_max;
    cf_usec departed_at; /**< the conference's: remove it then */
};

/** What a roster is made with. */
struct cf_roster_config {
    const struct cf_mem *mem;         /**< kept by reference */
    const struct cf_entropy *entropy; /**< for labels and the hash, kept by reference */
    size_t participants_max;
    size_t devices_max; /**< of one participant */
};

/** The roster. */
struct cf_roster {
    struct cf_roster_config config;
    struct cf_map by_aor;
    struct cf_map by_label;    /**< of struct cf_roster_label */
    bool has_unindexed_labels; /**< memory was out: labels that are not in the map are looked for one by one */
    struct cf_handle_table devices;
    struct cf_list order;   /**< participants in the order of coming */
    struct cf_list journal; /**< participants and notes in the order of change */
    struct cf_list gone;    /**< notes in the order of removal */
    size_t participant_count;
    size_t gone_count;  /**< notes in the journal */
    uint64_t sequence;  /**< of the latest change */
    uint64_t floor;     /**< who has seen less than this needs the full state */
    uint64_t described; /**< sequence number of the latest change of the description */
    uint64_t counted;   /**< of the number of participants or the lock */
    uint64_t ordinal;   /**< of the latest participant */
};

/** An empty roster. */
void cf_roster_init(struct cf_roster *roster, const struct cf_roster_config *config);

/** Free everything. */
void cf_roster_fini(struct cf_roster *roster);

/** The participant named @p aor, or NULL. */
struct cf_roster_participant *cf_roster_find(const struct cf_roster *roster, struct cf_str aor);

/** The device named @p handle, or NULL if it is gone. */
struct cf_roster_device *cf_roster_device(const struct cf_roster *roster, struct cf_handle handle);

/** The device of @p participant with that entity, or NULL. */
struct cf_roster_device *cf_roster_find_device(const struct cf_roster_participant *participant, struct cf_str entity);

/** The device one of whose media has @p label, and which; NULL if there is none. */
struct cf_roster_device *cf_roster_find_label(const struct cf_roster *roster, struct cf_str label,
                                              enum cf_conf_media_kind *ret_kind);

/** First participant in the order of coming and the one after @p participant; NULL at the end. */
struct cf_roster_participant *cf_roster_first(const struct cf_roster *roster);
struct cf_roster_participant *cf_roster_next(const struct cf_roster *roster, const struct cf_roster_participant *participant);

/** First device of @p participant and the one after @p device; NULL at the end. */
struct cf_roster_device *cf_roster_first_device(const struct cf_roster_participant *participant);
struct cf_roster_device *cf_roster_next_device(const struct cf_roster_device *device);

/**
 * A new participant without devices, a speaker. CF_ERR_LIMIT (too many, or a string too long), CF_ERR_EXISTS, CF_ERR_NO_MEMORY.
 */
CF_MUST_USE enum cf_err cf_roster_add(struct cf_roster *roster, struct cf_str aor, struct cf_roster_participant **ret);

/** Remove @p participant, which must have no device. It becomes a note; the pointer is no longer the caller's. */
void cf_roster_remove(struct cf_roster *roster, struct cf_roster_participant *participant);

/** A new device of @p participant with labels of its own, PENDING. Errors as cf_roster_add(). */
CF_MUST_USE enum cf_err cf_roster_add_device(struct cf_roster *roster, struct cf_roster_participant *participant,
                                             struct cf_str entity, struct cf_roster_device **ret);

/** Remove @p device, which must be in no list of the conference. A note with its disconnection_... remains. */
void cf_roster_remove_device(struct cf_roster *roster, struct cf_roster_device *device);

/**
 * Give @p device another entity: for the documents the old endpoint is deleted and another one added. Nothing happens if it is
 * the same. CF_ERR_EXISTS if another device of the participant has it, CF_ERR_LIMIT, CF_ERR_NO_MEMORY.
 */
CF_MUST_USE enum cf_err cf_roster_rename_device(struct cf_roster *roster, struct cf_roster_device *device, struct cf_str entity);

/** Set the call of @p device (copied). Nothing changes on CF_ERR_LIMIT and CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_roster_set_call(struct cf_roster *roster, struct cf_roster_device *device,
                                           const struct cf_roster_call *call);

/** Something of @p device vanished that a partial document can't take back: it will be told as new. */
void cf_roster_freshen(struct cf_roster *roster, struct cf_roster_device *device);

/** Give @p device another handle, so that events of its former call find nothing. False if the handle table can't grow. */
bool cf_roster_renew_handle(struct cf_roster *roster, struct cf_roster_device *device);

/** Labels of its own for the media of a new @p device; none of them is found any more, before it is freed. */
void cf_roster_make_labels(struct cf_roster *roster, struct cf_roster_device *device);
void cf_roster_drop_labels(struct cf_roster *roster, struct cf_roster_device *device);

/** A new label for medium @p kind of @p device. */
void cf_roster_new_label(struct cf_roster *roster, struct cf_roster_device *device, enum cf_conf_media_kind kind);

/** The video of @p device goes by the label of its thumbnail again. */
void cf_roster_share_label(struct cf_roster *roster, struct cf_roster_device *device);

/** Set the display name (cleaned copy, see display_name.h) of @p participant. Absent, empty, or no memory: it stays as it is. */
void cf_roster_set_name(struct cf_roster *roster, struct cf_roster_participant *participant, struct cf_str name);

/** Set why @p device is gone (copied, cut to CF_ROSTER_REASON_MAX; without text if memory is out). */
void cf_roster_set_cause(struct cf_roster *roster, struct cf_roster_device *device, uint16_t code, struct cf_str text);

/** Set who had @p device called (copied; absent if memory is out). */
void cf_roster_set_brought_by(struct cf_roster *roster, struct cf_roster_device *device, struct cf_str aor);

/** Note in the journal that members were written: a device's, a participant's own (roles), the description, the head count. */
void cf_roster_touch_device(struct cf_roster *roster, struct cf_roster_device *device);
void cf_roster_touch(struct cf_roster *roster, struct cf_roster_participant *participant);
void cf_roster_touch_description(struct cf_roster *roster);
void cf_roster_touch_count(struct cf_roster *roster);

/** "moderator", "speaker" or "listener": what @p participant may do, in a word for programs. Static. */
struct cf_str cf_roster_role_word(const struct cf_roster_participant *participant);

/** Is nothing of @p participant to be heard and seen: muted, or a listener? */
bool cf_roster_is_silenced(const struct cf_roster_participant *participant);

/** Status as the document says it: hold, mute and lobby are parts of it. */
enum cf_endpoint_status cf_roster_device_status(const struct cf_roster_device *device);

/** Is @p device in the conference (connected, whatever its hold and mute, and not in the lobby)? */
bool cf_roster_device_is_in(const struct cf_roster_device *device);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Clients of the Linphone 5.5 kind, imitated: what they send, and how they react to what they are sent. They talk to a whole node
 * without a network (lib/node_alone.h) over UDP, in virtual time. The messages are our own; they say what those clients were seen
 * to say, and the reactions are those that they were seen to have:
 *
 *  - A factory's 302 is followed by a call to its Contact, with the list again; a Contact with isfocus is subscribed to.
 *  - The full state makes a client ask for pictures, in a re-INVITE: the main line by content, its own miniature, a line for each
 *    device that sends one by its label. Later ones do when a device comes, goes, or changes what it sends; a document that says
 *    again what is known does nothing.
 *  - Lines keep their places; one that is not needed is freed (port 0, inactive, no mid) and used again.
 *
 * Programs that use it link adapt_dep too. Everything asserts.
 */
#ifndef CF_TESTS_LIB_LINPHONE_CLIENT_H
#define CF_TESTS_LIB_LINPHONE_CLIENT_H

#include "base/rng.h"
#include "core/conf/conference_info.h"
#include "lib/node_alone.h"

/** Limits of the imitation. */
#define LINPHONE_CLIENTS_MAX 16
#define LINPHONE_LINES_MAX 24
#define LINPHONE_DEVICES_MAX 24

/** A factory, as these clients write it. */
#define LINPHONE_FACTORY "sip:videoconference-factory@example.org;conference-security-mode=none"

/** Address of the proxy that may be in front of the server. */
#define LINPHONE_PROXY "192.0.2.50:5060"

/** Media keys, as offered. */
enum linphone_keying {
    LINPHONE_PLAIN,
    LINPHONE_SDES,
    LINPHONE_ICE_DTLS,
};

/** A dialog, or what a request outside of one needs. */
struct linphone_dialog {
    char call_id[64];
    char tag[24];
    char remote_tag[80];
    char remote[400]; /**< URI of the other side */
    char target[400]; /**< where requests go */
    char route[300];
    unsigned cseq;
    bool is_caller;
    /* the request that is out, to be sent again with credentials */
    char method[16];
    char fields[1500];
    char type[120];
    char body[20000];
    size_t body_len;
    bool is_waiting; /**< not answered yet */
    bool has_credentials;
    unsigned status;        /**< that answered it */
    char reason[160];       /**< phrase of it */
    struct sip_text answer; /**< the whole of it */
    char contact[400];      /**< URI of its Contact */
    bool is_focus;          /**< which has isfocus */
    bool is_up;
};

/** A line of its descriptions. */
struct linphone_line {
    bool is_used; /**< else freed */
    char mid[32];
    char label[16];
    char content[12];
    char direction[12];
    uint32_t ssrc;
};

/** A device as the roster told of it. */
struct linphone_device {
    bool is_there;
    char user[80];
    char entity[160];
    char call_id[80];
    enum cf_endpoint_status status;
    enum cf_media_status sound;
    enum cf_media_status video;
    enum cf_media_status miniature;
    char sound_label[16];
    char label[16];
    char miniature_label[16];
    uint32_t sound_ssrc;
    uint32_t video_ssrc;
    uint32_t miniature_ssrc;
    bool is_sharing;
    unsigned roles; /**< CF_INFO_ADMIN ... */
};

struct linphone_world;

/** A client. */
struct linphone_client {
    struct linphone_world *world;
    const char *user;
    unsigned number;
    char addr[32]; /**< "192.0.2.31:5060" */
    char gruu[160];
    bool is_registered;
    const char *factory_uri; /**< NULL: the usual one */
    enum linphone_keying keying;
    bool is_grid;
    bool is_camera_off;
    bool is_video_off;
    bool is_sharing;
    bool is_held;
    bool loses_last_line; /**< its next re-INVITE has a line less, as when ICE has ended at a bad time */
    bool compresses;      /**< its lists, which it otherwise says it has compressed only, as they do */
    bool is_deaf;         /**< it takes its calls, and does not react to documents */
    char conference[400]; /**< URI of the one it is in or makes */
    char list[1000];      /**< entries; repeated in its re-INVITEs */
    char subject[100];
    struct linphone_dialog registration;
    struct linphone_dialog factory; /**< to the factory, and errands at a conference URI */
    struct linphone_dialog refer;
    struct linphone_dialog call;
    struct linphone_dialog watch;
    unsigned calls; /**< so far */
    uint64_t start_ntp;
    uint64_t stop_ntp;
    struct linphone_line lines[LINPHONE_LINES_MAX];
    size_t line_count;
    struct linphone_device devices[LINPHONE_DEVICES_MAX];
    bool has_state;
    uint32_t version;
    bool wants_update;
    unsigned full_documents;
    unsigned documents;
    unsigned compressed;     /**< of these */
    size_t largest_document; /**< octets, not compressed */
    size_t largest_notify;   /**< octets of the whole message as it came */
    unsigned reinvites;
    char told_subject[100];
    char told_entity[400];
    char start[40]; /**< conference-times */
    char end[40];
    bool has_text;          /**< the document said that there is chat */
    unsigned hung_up;       /**< BYEs that came */
    struct sip_text invite; /**< that came last */
    struct sip_text document;
};

/** All of them, and the server. Large: make it static. */
struct linphone_world {
    struct node_alone node;
    struct linphone_client clients[LINPHONE_CLIENTS_MAX];
    size_t count;
    bool is_shuffled; /**< what different clients get comes in any order, by .rng */
    struct cf_rng rng;
    bool has_proxy;
    struct cf_flow_id proxy; /**< its connection */
};

/** Settings of the server of such a world, to be changed before linphone_begin(). */
struct cf_node_config linphone_config(struct linphone_world *w);

/** The same for a server behind a trusted proxy, where the clients are registered; it says who they are. */
struct cf_node_config linphone_config_behind_proxy(struct linphone_world *w);

/** Begin with clients of @p names, separated by blanks, all of them registered; end, asserting that no memory is lost. */
void linphone_begin(struct linphone_world *w, const struct cf_node_config *config, const char *names);
void linphone_end(struct linphone_world *w);

/** The client called @p user. */
struct linphone_client *linphone_called(struct linphone_world *w, const char *user);

/** Let time pass. */
void linphone_run(struct linphone_world *w, cf_usec duration);

/** Register for @p expires_sec. */
void linphone_register(struct linphone_client *c, unsigned expires_sec);

/** Make a conference with the people of @p names, separated by blanks, and enter it. */
void linphone_create(struct linphone_client *c, const char *subject, const char *names);

/** Have one made for later: seconds since 1900. Its URI is in .conference. */
void linphone_schedule(struct linphone_client *c, const char *subject, const char *names, uint64_t start_ntp, uint64_t stop_ntp);

/** Ask for another time of .conference; without @p names (NULL) it is called off. The status is in .factory. */
void linphone_reschedule(struct linphone_client *c, const char *subject, const char *names, uint64_t start_ntp,
                         uint64_t stop_ntp);

/** Call a conference. */
void linphone_join(struct linphone_client *c, const char *uri);

/** BYE, and the end of the subscription. */
void linphone_leave(struct linphone_client *c);

/** REFER to its conference outside of any dialog; the status. */
unsigned linphone_refer(struct linphone_client *c, const char *refer_to);

/** MESSAGE to @p uri; the status is in .refer. */
void linphone_message(struct linphone_client *c, const char *uri, const char *type, const char *text);

/** What it says by itself to its conference about a message of somebody: message/cpim, compressed; the status is in .refer. */
void linphone_notice(struct linphone_client *c, const char *type, const char *text);

/** re-INVITE after one of the switches above has changed; @p subject NULL: none. */
void linphone_update(struct linphone_client *c, const char *subject);

/** A request inside its call. */
void linphone_ask_in_call(struct linphone_client *c, const char *method, const char *fields, const char *type,
                          struct cf_str body);

/** The device of @p user in the roster of @p c; NULL: not there. */
struct linphone_device *linphone_sees(struct linphone_client *c, const char *user);

/** The line of @p c with @p mid; NULL: none. Its place is ret - lines. */
struct linphone_line *linphone_line_called(struct linphone_client *c, const char *mid);

/** The section of our answer for line @p index of @p c (0: sound); absent if there is none. */
struct cf_str linphone_answered(const struct linphone_client *c, size_t index);

/** Does @p c get the picture of @p user in a line of its own, agreed on by both sides? */
bool linphone_shows(struct linphone_client *c, const char *user);

/** Asserts that everybody who is in with video shows everybody else who sends pictures. */
void linphone_assert_shown(struct linphone_world *w);

/** The same, and that nobody has a line for somebody who sends none. */
void linphone_assert_whole(struct linphone_world *w);

/** Does the text have @p what? */
bool linphone_has(struct cf_str text, const char *what);

#endif

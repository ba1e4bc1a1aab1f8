/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POST requests by libcurl. */
#include "adapt/curl/http_poster.h"

#include "base/list.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECT_MSEC 5000L
#define ANSWER_MAX (64 * 1024) /* octets of an answer that are read at most */

/* A request under way. */
struct request {
    struct cf_link link; /* in poster->requests */
    struct cf_http_poster *poster;
    struct cf_handle tag;
    CURL *easy;
    struct curl_slist *fields;
    char *body;
    size_t answered;
};

struct cf_http_poster {
    struct cf_http_poster_config config;
    CURLM *multi;
    struct cf_list requests;
    size_t count;
};

enum cf_err cf_http_poster_global_init(void) {
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? CF_OK : CF_ERR_NO_MEMORY;
}

enum cf_err cf_http_poster_create(const struct cf_http_poster_config *config, struct cf_http_poster **ret) {
    struct cf_http_poster *poster = calloc(1, sizeof *poster);
    CURLM *multi = poster == NULL ? NULL : curl_multi_init();
    if (multi == NULL) {
        free(poster);
        return CF_ERR_NO_MEMORY;
    }
    poster->config = *config;
    poster->multi = multi;
    cf_list_init(&poster->requests);
    *ret = poster;
    return CF_OK;
}

static void free_request(struct request *request) {
    cf_list_remove(&request->link);
    if (request->easy != NULL) {
        curl_easy_cleanup(request->easy);
    }
    curl_slist_free_all(request->fields);
    free(request->body);
    free(request);
}

static struct request *request_of(CURL *easy) {
    char *context = NULL;
    return curl_easy_getinfo(easy, CURLINFO_PRIVATE, &context) == CURLE_OK ? (struct request *)(void *)context : NULL;
}

void cf_http_poster_destroy(struct cf_http_poster **poster) {
    if (*poster == NULL) {
        return;
    }
    CF_LIST_EACH (&(*poster)->requests, link, following) {
        struct request *request = CF_OF(link, struct request, link);
        (void)curl_multi_remove_handle((*poster)->multi, request->easy);
        free_request(request);
    }
    (void)curl_multi_cleanup((*poster)->multi);
    free(*poster);
    *poster = NULL;
}

/* --- what libcurl asks --- */

static bool read_address(const struct curl_sockaddr *from, struct cf_addr *ret) {
    *ret = (struct cf_addr){.family = CF_FAMILY_NONE};
    if (from->family == AF_INET) {
        struct sockaddr_in in4;
        memcpy(&in4, &from->addr, sizeof in4);
        ret->family = CF_FAMILY_IP4;
        ret->port = ntohs(in4.sin_port);
        memcpy(ret->ip, &in4.sin_addr, 4);
        return true;
    }
    if (from->family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, &from->addr, sizeof in6);
        ret->family = CF_FAMILY_IP6;
        ret->port = ntohs(in6.sin6_port);
        memcpy(ret->ip, &in6.sin6_addr, 16);
        return true;
    }
    return false;
}

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
    const struct request *request = context;
    const struct cf_http_poster_config *config = &request->poster->config;
    struct cf_addr addr;
    (void)purpose;
    if (!read_address(address, &addr) || !config->allows(config->ctx, &addr)) {
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* The body of the answer is of no interest; one without end is cut off. */
static size_t on_answer(char *data, size_t size, size_t count, void *context) {
    struct request *request = context;
    (void)data;
    request->answered += size * count;
    return request->answered > ANSWER_MAX ? 0 : size * count;
}

/* --- requests --- */

static bool set_fields(struct request *request, const char *const *fields) {
    for (size_t i = 0; fields[i] != NULL; i++) {
        struct curl_slist *longer = curl_slist_append(request->fields, fields[i]);
        if (longer == NULL) {
            return false;
        }
        request->fields = longer;
    }
    return true;
}

static bool set_options(struct request *request, const struct cf_http_post *post) {
    CURL *easy = request->easy;
    const struct cf_http_poster_config *config = &request->poster->config;
    bool is_set =
        curl_easy_setopt(easy, CURLOPT_URL, post->url) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK && curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK && curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, config->timeout_msec) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MSEC) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, request->fields) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_USERAGENT, config->user_agent) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)post->body.len) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, request) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_answer) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, request) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_PRIVATE, request) == CURLE_OK;
    return is_set && (config->authorities == NULL || curl_easy_setopt(easy, CURLOPT_CAINFO, config->authorities) == CURLE_OK);
}

enum cf_err cf_http_poster_begin(struct cf_http_poster *poster, const struct cf_http_post *post) {
    if (poster->count >= CF_HTTP_POSTER_MAX) {
        return CF_ERR_LIMIT;
    }
    struct request *request = calloc(1, sizeof *request);
    if (request == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    request->poster = poster;
    request->tag = post->tag;
    request->easy = curl_easy_init();
    request->body = malloc(post->body.len + 1);
    bool is_made = request->easy != NULL && request->body != NULL;
    if (is_made) {
        memcpy(request->body, post->body.at, post->body.len);
        is_made = set_fields(request, post->fields) && set_options(request, post) &&
                  curl_multi_add_handle(poster->multi, request->easy) == CURLM_OK;
    }
    if (!is_made) {
        free_request(request);
        return CF_ERR_NO_MEMORY;
    }
    cf_list_append(&poster->requests, &request->link);
    poster->count++;
    return CF_OK;
}

void cf_http_poster_run(struct cf_http_poster *poster, int fd, int wait_msec) {
    int running = 0;
    struct curl_waitfd extra = {.fd = fd, .events = CURL_WAIT_POLLIN};
    (void)curl_multi_perform(poster->multi, &running);
    (void)curl_multi_poll(poster->multi, &extra, fd >= 0 ? 1 : 0, wait_msec, NULL);
    (void)curl_multi_perform(poster->multi, &running);
}

bool cf_http_poster_poll(struct cf_http_poster *poster, struct cf_http_result *ret) {
    int left = 0;
    CURLMsg *message = curl_multi_info_read(poster->multi, &left);
    while (message != NULL && message->msg != CURLMSG_DONE) {
        message = curl_multi_info_read(poster->multi, &left);
    }
    if (message == NULL) {
        return false;
    }
    long status = 0;
    struct request *request = request_of(message->easy_handle);
    bool is_whole = message->data.result == CURLE_OK;
    (void)curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_multi_remove_handle(poster->multi, message->easy_handle);
    *ret = (struct cf_http_result){.tag = request->tag, .status = is_whole && status > 0 ? (unsigned)status : 0};
    free_request(request);
    poster->count--;
    return true;
}

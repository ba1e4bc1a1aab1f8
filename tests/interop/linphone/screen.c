/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A screen that says which colour each of its windows shows. Frames come in the video thread and are told of in the main one. */
#include "client.h"

#include <mediastreamer2/msfactory.h>
#include <mediastreamer2/msfilter.h>
#include <mediastreamer2/msvideo.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define MAX_WINDOWS 64

struct window {
    char name[128];
    unsigned long frames; /* so far */
    int width;
    int height;
    const char *colour; /* of the last one */
    const char *told_colour;
    unsigned long told_frames;
    time_t told_at;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct window windows[MAX_WINDOWS] = {{.name = "none"}}; /* the first is of those that were told none */
static size_t window_count = 1;

void *screen_window(const char *name) {
    size_t at = 0;
    pthread_mutex_lock(&lock);
    while (at < window_count && strcmp(windows[at].name, name) != 0) {
        at++;
    }
    if (at == window_count && at < MAX_WINDOWS) {
        snprintf(windows[at].name, sizeof windows[at].name, "%s", name);
        window_count++;
    }
    pthread_mutex_unlock(&lock);
    return (void *)(at % MAX_WINDOWS);
}

/* Average of the middle quarter of a plane of half the picture's size. */
static int average(const MSPicture *picture, int plane) {
    int width = picture->w / 2;
    int height = picture->h / 2;
    long sum = 0;
    long count = 0;
    for (int row = height / 4; row < height * 3 / 4; row++) {
        for (int column = width / 4; column < width * 3 / 4; column++) {
            sum += picture->planes[plane][row * picture->strides[plane] + column];
            count++;
        }
    }
    return count == 0 ? 0 : (int)(sum / count);
}

static void look(mblk_t *frame, size_t window) {
    MSPicture picture;
    if (ms_yuv_buf_init_from_mblk(&picture, frame) != 0) {
        return;
    }
    const char *colour = camera_colour(average(&picture, 1), average(&picture, 2));
    pthread_mutex_lock(&lock);
    windows[window].frames++;
    windows[window].width = picture.w;
    windows[window].height = picture.h;
    windows[window].colour = colour;
    pthread_mutex_unlock(&lock);
}

static void screen_process(MSFilter *f) {
    size_t window = (size_t)f->data;
    mblk_t *frame;
    if (f->inputs[0] != NULL) {
        while ((frame = ms_queue_get(f->inputs[0])) != NULL) {
            look(frame, window < MAX_WINDOWS ? window : 0);
            freemsg(frame);
        }
    }
    if (f->inputs[1] != NULL) {
        ms_queue_flush(f->inputs[1]);
    }
}

static int get_format(MSFilter *f, void *arg) {
    (void)f;
    *(MSPixFmt *)arg = MS_YUV420P;
    return 0;
}

/* A filter's window is all that it knows: its data. */
static int set_window(MSFilter *f, void *arg) {
    f->data = *(void **)arg;
    return 0;
}

static int get_window(MSFilter *f, void *arg) {
    *(void **)arg = f->data;
    return 0;
}

static MSFilterMethod methods[] = {{MS_FILTER_GET_PIX_FMT, get_format},
                                   {MS_VIDEO_DISPLAY_SET_NATIVE_WINDOW_ID, set_window},
                                   {MS_VIDEO_DISPLAY_GET_NATIVE_WINDOW_ID, get_window},
                                   {0, NULL}};

static MSFilterDesc screen_filter = {
    .id = MS_FILTER_PLUGIN_ID,
    .name = SCREEN_NAME,
    .text = "says what it shows",
    .category = MS_FILTER_OTHER,
    .ninputs = 2,
    .noutputs = 0,
    .process = screen_process,
    .methods = methods,
};

void screen_add(MSFactory *factory) {
    ms_factory_register_filter(factory, &screen_filter);
}

static void tell(struct window *seen, time_t now) {
    bool is_news = seen->colour != seen->told_colour || (seen->frames != seen->told_frames && now != seen->told_at);
    if (is_news) {
        printf("{\"event\":\"picture\",\"window\":\"%s\",\"colour\":\"%s\",\"frames\":%lu,\"width\":%d,\"height\":%d}\n",
               seen->name, seen->colour, seen->frames, seen->width, seen->height);
        fflush(stdout);
        seen->told_colour = seen->colour;
        seen->told_frames = seen->frames;
        seen->told_at = now;
    }
}

void screen_tell(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < window_count; i++) {
        tell(&windows[i], now.tv_sec);
    }
    pthread_mutex_unlock(&lock);
}

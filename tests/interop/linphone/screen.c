/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A screen that says which colour it shows. Frames come in the video thread and are told of in the main one. */
#include "client.h"

#include <mediastreamer2/msfactory.h>
#include <mediastreamer2/msfilter.h>
#include <mediastreamer2/msvideo.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    unsigned long frames; /* so far */
    int width;
    int height;
    const char *colour; /* of the last one */
} seen;

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

static void look(mblk_t *frame) {
    MSPicture picture;
    if (ms_yuv_buf_init_from_mblk(&picture, frame) != 0) {
        return;
    }
    const char *colour = camera_colour(average(&picture, 1), average(&picture, 2));
    pthread_mutex_lock(&lock);
    seen.frames++;
    seen.width = picture.w;
    seen.height = picture.h;
    seen.colour = colour;
    pthread_mutex_unlock(&lock);
}

static void screen_process(MSFilter *f) {
    mblk_t *frame;
    if (f->inputs[0] != NULL) {
        while ((frame = ms_queue_get(f->inputs[0])) != NULL) {
            look(frame);
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

static MSFilterMethod methods[] = {{MS_FILTER_GET_PIX_FMT, get_format}, {0, NULL}};

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

void screen_tell(void) {
    static const char *told_colour;
    static unsigned long told_frames;
    static time_t told_at;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    pthread_mutex_lock(&lock);
    bool is_news = seen.colour != told_colour || (seen.frames != told_frames && now.tv_sec != told_at);
    if (is_news) {
        printf("{\"event\":\"picture\",\"colour\":\"%s\",\"frames\":%lu,\"width\":%d,\"height\":%d}\n", seen.colour, seen.frames,
               seen.width, seen.height);
        fflush(stdout);
        told_colour = seen.colour;
        told_frames = seen.frames;
        told_at = now.tv_sec;
    }
    pthread_mutex_unlock(&lock);
}

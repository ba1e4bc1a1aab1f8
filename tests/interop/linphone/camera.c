/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A camera in front of a coloured wall over which a light wanders: easily encoded, and known again by its colour. */
#include "client.h"

#include <mediastreamer2/msfactory.h>
#include <mediastreamer2/msfilter.h>
#include <mediastreamer2/msticker.h>
#include <mediastreamer2/msvideo.h>
#include <mediastreamer2/mswebcam.h>
#include <string.h>

/* How far a decoded colour may be off. */
#define NEAR 25

struct colour {
    const char *name;
    uint8_t y;
    uint8_t u;
    uint8_t v;
};

/* ITU-R BT.601. */
static const struct colour colours[] = {
    {"red", 82, 90, 240},     {"green", 145, 54, 34}, {"blue", 41, 240, 110},
    {"yellow", 210, 16, 146}, {"cyan", 170, 166, 16}, {"magenta", 107, 202, 222},
};

static const struct colour *filmed = &colours[0];
static const struct colour *filmed_as_other = &colours[0]; /* by what camera_add_as has made */

struct camera {
    const struct colour *filmed;
    MSVideoSize size;
    float fps;
    MSFrameRateController rate;
    unsigned frame;
};

const char *camera_colour(int u, int v) {
    for (size_t i = 0; i < sizeof colours / sizeof *colours; i++) {
        if (abs(u - colours[i].u) <= NEAR && abs(v - colours[i].v) <= NEAR) {
            return colours[i].name;
        }
    }
    return "mixed";
}

static void camera_init(MSFilter *f) {
    struct camera *camera = ms_new0(struct camera, 1);
    camera->size = (MSVideoSize){MS_VIDEO_SIZE_QCIF_W, MS_VIDEO_SIZE_QCIF_H};
    camera->fps = 15;
    camera->filmed = f->desc->id == MS_FILTER_PLUGIN_ID ? filmed : filmed_as_other;
    f->data = camera;
}

static void camera_preprocess(MSFilter *f) {
    struct camera *camera = f->data;
    ms_video_init_framerate_controller(&camera->rate, camera->fps);
}

static void draw(struct camera *camera, MSPicture *picture) {
    int light = (int)(camera->frame * 8) % picture->h;
    for (int row = 0; row < picture->h; row++) {
        bool is_lit = row >= light && row < light + 16;
        memset(picture->planes[0] + row * picture->strides[0], is_lit ? 235 : camera->filmed->y, (size_t)picture->w);
    }
    for (int row = 0; row < picture->h / 2; row++) {
        memset(picture->planes[1] + row * picture->strides[1], camera->filmed->u, (size_t)picture->w / 2);
        memset(picture->planes[2] + row * picture->strides[2], camera->filmed->v, (size_t)picture->w / 2);
    }
    camera->frame++;
}

static void camera_process(MSFilter *f) {
    struct camera *camera = f->data;
    MSPicture picture;
    if (ms_video_capture_new_frame(&camera->rate, f->ticker->time)) {
        mblk_t *frame = ms_yuv_buf_alloc(&picture, camera->size.width, camera->size.height);
        draw(camera, &picture);
        mblk_set_timestamp_info(frame, (uint32_t)(f->ticker->time * 90));
        ms_queue_put(f->outputs[0], frame);
    }
}

static void camera_uninit(MSFilter *f) {
    ms_free(f->data);
}

static int set_size(MSFilter *f, void *arg) {
    ((struct camera *)f->data)->size = *(MSVideoSize *)arg;
    return 0;
}

static int get_size(MSFilter *f, void *arg) {
    *(MSVideoSize *)arg = ((struct camera *)f->data)->size;
    return 0;
}

static int set_fps(MSFilter *f, void *arg) {
    struct camera *camera = f->data;
    camera->fps = *(float *)arg;
    ms_video_init_framerate_controller(&camera->rate, camera->fps);
    return 0;
}

static int get_fps(MSFilter *f, void *arg) {
    *(float *)arg = ((struct camera *)f->data)->fps;
    return 0;
}

static int get_format(MSFilter *f, void *arg) {
    (void)f;
    *(MSPixFmt *)arg = MS_YUV420P;
    return 0;
}

static MSFilterMethod methods[] = {
    {MS_FILTER_SET_VIDEO_SIZE, set_size}, {MS_FILTER_GET_VIDEO_SIZE, get_size}, {MS_FILTER_SET_FPS, set_fps},
    {MS_FILTER_GET_FPS, get_fps},         {MS_FILTER_GET_PIX_FMT, get_format},  {0, NULL},
};

static MSFilterDesc camera_filter = {
    .id = MS_FILTER_PLUGIN_ID,
    .name = "InteropCamera",
    .text = "films a plain colour",
    .category = MS_FILTER_OTHER,
    .ninputs = 0,
    .noutputs = 1,
    .init = camera_init,
    .preprocess = camera_preprocess,
    .process = camera_process,
    .uninit = camera_uninit,
    .methods = methods,
};

static MSFilter *create_reader(MSWebCam *cam) {
    return ms_factory_create_filter_from_desc(ms_web_cam_get_factory(cam), &camera_filter);
}

static void camera_detect(MSWebCamManager *manager);
static void camera_none(MSWebCam *cam) {
    (void)cam;
}

static MSWebCamDesc camera_desc = {
    .driver_type = "Plain",
    .detect = camera_detect,
    .init = camera_none,
    .create_reader = create_reader,
    .uninit = camera_none,
};

static void camera_detect(MSWebCamManager *manager) {
    MSWebCam *cam = ms_web_cam_new(&camera_desc);
    cam->name = ms_strdup("plain");
    ms_web_cam_manager_prepend_cam(manager, cam);
}

static const struct colour *colour_of(const char *name) {
    for (size_t i = 0; i < sizeof colours / sizeof *colours; i++) {
        if (strcmp(colours[i].name, name) == 0) {
            return &colours[i];
        }
    }
    return NULL;
}

bool camera_add(MSFactory *factory, const char *colour) {
    filmed = colour_of(colour);
    if (filmed != NULL) {
        ms_web_cam_manager_register_desc(ms_factory_get_web_cam_manager(factory), &camera_desc);
    }
    return filmed != NULL;
}

bool camera_add_as(MSFactory *factory, MSFilterId id, const char *colour) {
    static MSFilterDesc filter;
    filter = camera_filter;
    filter.id = id;
    filter.name = "InteropOtherCamera";
    filmed_as_other = colour_of(colour);
    if (filmed_as_other != NULL) {
        ms_factory_register_filter(factory, &filter);
    }
    return filmed_as_other != NULL;
}

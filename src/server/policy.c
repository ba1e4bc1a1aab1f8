/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [media] as policy. */
#include "server/policy.h"

#include "shell/log/log.h"

static bool set_ice(const struct cf_config_text *text, struct cf_policy *ret) {
    static const struct cf_str words[] = {[CF_POLICY_ICE_OFF] = CF_STR_INIT("off"),
                                          [CF_POLICY_ICE_FULL] = CF_STR_INIT("full"),
                                          [CF_POLICY_ICE_LITE] = CF_STR_INIT("lite")};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (cf_str_eq(cf_config_str(text), words[i])) {
            ret->ice = (enum cf_policy_ice)i;
            return true;
        }
    }
    return false;
}

enum cf_err cf_server_set_policy(const struct cf_config *config, struct cf_policy *ret) {
    cf_policy_default(ret);
    /* Phones, Linphone 5.1 among them, refuse RTP/AVPF but take a=rtcp-fb under RTP/AVP. */
    ret->offer_profile = CF_PROFILE_AVP;
    ret->offers_congestion_control = cf_str_eq(cf_config_str(&config->congestion_control), CF_STR("all"));
    ret->allows_plain = config->allows_plain;
    ret->allows_sdes_on_insecure_signalling = config->allows_sdes_insecure;
    if (!set_ice(&config->ice, ret)) {
        cf_log(CF_LOG_ERROR, "config", "media.ice: \"%s\" is not full, lite or off", config->ice.text);
        return CF_ERR_CONFIG;
    }
    enum cf_err err = cf_policy_set_suites(ret, cf_config_str(&config->suites));
    if (err == CF_OK) {
        err = cf_policy_set_keyings(ret, cf_config_str(&config->keying));
    }
    if (err == CF_OK) {
        err = cf_policy_codecs_parse(cf_config_str(&config->audio), CF_MEDIA_AUDIO, &ret->audio);
    }
    if (err == CF_OK) {
        err = cf_policy_codecs_parse(cf_config_str(&config->video), CF_MEDIA_VIDEO, &ret->video);
    }
    if (err != CF_OK) {
        cf_log(CF_LOG_ERROR, "config", "media.keying, media.suites, media.audio or media.video names something unknown");
    }
    return err;
}

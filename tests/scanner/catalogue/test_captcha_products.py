"""Each CAPTCHA and bot-detection product is known by its signs, and by nobody else's."""

import html

import pytest
from bs4 import BeautifulSoup

from consentinel.scanner.catalogue.entries import CaptchaProduct
from consentinel.scanner.catalogue.loading import catalogue_from, read_core
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.subject import Subject
from consentinel.scanner.urls import host_of

SITE = "https://www.shop.example"
NPM = "https://cdn.jsdelivr.net/npm"
PLUGINS = f"{SITE}/blog/wp-content/plugins"
KASADA = f"{SITE}/149e9513-01fa-4fb0-aad4-566afd725d1b/2d206a39-8ed7-437e-a3be-862e0f06eea3"

URLS = [
    ("arcaptcha", "https://widget.arcaptcha.ir/1/api.js"),
    ("botpoison", "https://api.botpoison.com/challenge"),
    ("botpoison", f"{NPM}/@botpoison/browser@1.0.0"),
    ("adcaptcha", "https://widget.adcaptcha.com/index.js"),
    ("ringcaptcha", "https://cdn.ringcaptcha.com/widget/v2/bundle.min.js"),
    ("wp-math-captcha", f"{PLUGINS}/wp-math-captcha/css/frontend.css"),
    ("recaptcha-v1", "https://www.google.com/recaptcha/api/challenge?k=6Lshop"),
    ("recaptcha-v1", "http://api.recaptcha.net/challenge?k=6Lshop"),
    ("recaptcha-v3", "https://www.google.com/recaptcha/api.js?render=6LshopKey&hl=de"),
    ("recaptcha-enterprise-waf", "https://www.google.com/recaptcha/enterprise.js?render=6Lshop&waf=session"),
    ("recaptcha-enterprise", "https://www.recaptcha.net/recaptcha/enterprise/reload?k=6Lshop"),
    ("recaptcha-v2-invisible", "https://www.google.com/recaptcha/api2/anchor?ar=1&size=invisible&cb=x"),
    ("recaptcha-v2", "https://www.google.com/recaptcha/api2/bframe?hl=de&k=6Lshop"),
    ("recaptcha-v2", "https://www.recaptcha.net/recaptcha/api.js?hl=de"),
    ("recaptcha", "https://www.gstatic.com/recaptcha/releases/abc/recaptcha__de.js"),
    ("recaptcha", "https://www.google.com/recaptcha/api2/reload?k=6Lshop"),
    ("hcaptcha-enterprise", "https://js.hcaptcha.com/1/secure-api.js?onload=ready"),
    ("hcaptcha", "https://hcaptcha.com/1/api.js?render=explicit"),
    ("hcaptcha", "https://newassets.hcaptcha.com/captcha/v1/abc/static/hcaptcha.html"),
    ("turnstile", "https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit"),
    ("cloudflare-bot-management", f"{SITE}/cdn-cgi/challenge-platform/scripts/jsd/main.js"),
    ("cloudflare-bot-management", f"{SITE}/cdn-cgi/challenge-platform/h/g/scripts/jsd/0a1b/main.js"),
    ("cloudflare-challenge", f"{SITE}/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1?ray=8"),
    ("cloudflare-challenge", f"{SITE}/account?__cf_chl_rt_tk=abc"),
    ("arkose", "https://shop-api.arkoselabs.com/v2/4B8C1F6E-0A2D-4E3B-9C7A-1D2E3F405162/api.js"),
    ("arkose", f"{SITE}/v2/4B8C1F6E-0A2D-4E3B-9C7A-1D2E3F405162/api.js"),
    ("geetest-v4", "https://gcaptcha4.geetest.com/load?captcha_id=1"),
    ("geetest-v4", "https://static.geetest.com/captcha_v4/policy/slide.png"),
    ("geetest-v3", "https://api.geetest.com/gettype.php?gt=1"),
    ("geetest-v3", "https://static.geetest.com/static/js/fullpage.9.1.8.js"),
    ("friendly-captcha-v2", "https://global.frcapi.com/api/v2/captcha/agent"),
    ("friendly-captcha-v1", "https://api.friendlycaptcha.com/api/v1/puzzle?sitekey=FC"),
    ("datadome", "https://geo.captcha-delivery.com/captcha/?initialCid=1"),
    ("aws-waf", "https://0a1b.eu-west-1.captcha-sdk.awswaf.com/0a1b/jsapi.js"),
    ("human", "https://captcha.px-cdn.net/PXshop01/captcha.js"),
    ("akamai-crypto-challenge", f"{SITE}/_sec/cp_challenge/crypto_message-4-3.htm"),
    ("akamai-bot-manager", f"{SITE}/akam/13/pixel_5f3c"),
    ("imperva-abp", "https://shop.reese84.net/token"),
    ("imperva-incapsula", f"{SITE}/_Incapsula_Resource?SWUDNSAI=31"),
    ("imperva-distil", f"{SITE}/distil_r_captcha.html?requestId=1"),
    ("vercel-botid", f"{KASADA}/a-4-a/c.js?i=1"),
    ("kasada", f"{KASADA}/ips.js?x-kpsdk-im=1"),
    ("altcha", f"{NPM}/altcha@2.0.1/dist/altcha.min.js"),
    ("mcaptcha", "https://unpkg.com/@mcaptcha/vanilla-glue@0.1.0/dist/index.js"),
    ("cap", f"{NPM}/@cap.js/widget@0.1.57"),
    ("yandex-smartcaptcha", "https://smartcaptcha.yandexcloud.net/captcha.js"),
    ("yandex-smartcaptcha", "https://maps.shop.example/showcaptcha?mt=1&retpath=a"),
    ("tencent-captcha", "https://turing.captcha.qcloud.com/TCaptcha.js"),
    ("netease-yidun", "https://cstaticdun.126.net/load.min.js"),
    ("aliyun-captcha", "https://o.alicdn.com/captcha-frontend/aliyunCaptcha/AliyunCaptcha.js"),
    ("aliyun-nocaptcha", "https://g.alicdn.com/AWSC/AWSC/awsc.js"),
    ("mtcaptcha", "https://service.mtcaptcha.com/mtcv1/client/mtcaptcha.min.js"),
    ("procaptcha", "https://js.prosopo.io/js/procaptcha.bundle.js"),
    ("captchafox", "https://cdn.captchafox.com/api.js"),
    ("trustcaptcha", "https://api.trustcomponent.com/verifications"),
    ("trustcaptcha", f"{NPM}/@trustcomponent/trustcaptcha-frontend@3.0.2/dist/x.esm.js"),
    ("private-captcha", "https://cdn.privatecaptcha.com/widget/js/privatecaptcha.js"),
    ("captcha-eu", "https://www.captcha.eu/sdk.js"),
    ("capy", "https://www.api.capy.me/puzzle/get_js/"),
    ("lemin", "https://api.leminnow.com/captcha/v1/cropped/1/js"),
    ("f5-distributed-cloud", f"{SITE}/__imp_apg__/js/shop-1.js"),
    ("f5-bot-defense", f"{SITE}/TSPD/0859fe0094ab2000?type=9"),
    ("radware", "https://validate.perfdrive.com/fb803c?ssa=1"),
    ("ddos-guard", f"{SITE}/.well-known/ddos-guard/js-challenge/index.js"),
    ("qrator", f"{SITE}/__qrator/qauth_utm_v2.js"),
    ("bunny-shield", f"{SITE}/.bunny-shield/assets/shield-challenge.js"),
    ("anubis", f"{SITE}/.within.website/x/cmd/anubis/static/js/main.mjs"),
    ("queue-it", "https://static.queue-it.net/script/queueclient.min.js"),
    ("cleantalk", f"{PLUGINS}/cleantalk-spam-protect/js/apbct-public.js"),
    ("cheq", "https://www.clickcease.com/monitor/stat.js"),
    ("threatmetrix", "https://h.online-metrix.net/fp/tags.js?org_id=1"),
    ("forter", "https://cdn9.forter.com/script.js"),
    ("sift", "https://cdn.sift.com/s.js"),
    ("riskified", "https://beacon.riskified.com/?shop=shop.example"),
    ("signifyd", "https://cdn-scripts.signifyd.com/api/script-tag.js"),
    ("kount", "https://ssl.kaptcha.com/collect/sdk?m=1"),
    ("seon", "https://cdn.seondf.com/js/v5/agent.js"),
    ("iovation", "https://mpsnare.iesnare.com/snare.js"),
    ("fingerprint", "https://fpnpmcdn.net/v3/key/loader_v3.js"),
    ("fingerprint", f"{NPM}/@fingerprintjs/fingerprintjs-pro@3/dist/fp.min.js"),
    ("botd", "https://openfpcdn.io/botd/v1"),
    ("fingerprintjs-open-source", "https://openfpcdn.io/fingerprintjs/v4"),
    ("fingerprintjs-open-source", f"{NPM}/@fingerprintjs/fingerprintjs@4.6/dist/fp.min.js"),
    ("django-simple-captcha", f"{SITE}/captcha/image/{'0a1b2' * 8}/"),
    ("really-simple-captcha", f"{SITE}/wp-content/uploads/wpcf7_captcha/123.png"),
    ("botdetect", f"{SITE}/BotDetectCaptcha.ashx?get=image&c=login"),
    ("securimage", f"{SITE}/forms/securimage/securimage_show.php?0.4"),
    ("eu-captcha", "https://cdn.eu-captcha.eu/verify.js"),
    ("mosparo", "https://spam.shop.example/build/mosparo-frontend.js"),
    ("swetrix-captcha", "https://cdn.swetrixcaptcha.com/captcha-loader.js"),
    ("cybersiara", "https://embedcdn.mycybersiara.com/CaptchaFormate/CaptchaResources.js"),
    ("vk-captcha", "https://id.vk.ru/not_robot_captcha?domain=vk.com"),
    ("dingxiang", "https://cdn.dingxiang-inc.com/ctu-group/captcha-ui/index.js"),
    ("vaptcha", "https://v.vaptcha.com/v3.js"),
    ("luosimao", "https://captcha.luosimao.com/static/dist/api.js"),
    ("shumei", "https://captcha1.fengkongcloud.cn/ca/v1/register?lang=zh-cn"),
    ("tongdun", "https://static.tongdun.net/v3/fm.js"),
    ("baidu-captcha", "https://seccaptcha.baidu.com/v1/webapi/verint/svcp.html"),
    ("bytedance-captcha", "https://verify.zijieapi.com/captcha/verify?aid=1"),
    ("bytedance-captcha", "https://verify.shop.example/captcha/get?lang=de&h5_sdk_version=2"),
    ("naver-captcha", "https://openapi.naver.com/v1/captcha/ncaptcha.bin?key=a"),
    ("meta-captcha", "https://www.facebook.com/captcha/tfbimage/?captcha_challenge_code=1"),
    ("amazon-captcha", "https://www.amazon.de/errors/validateCaptcha?amzn=1"),
    ("fastly-bot-management", f"{SITE}/_fs-ch-1T1wmsGaOgGaSxcX/script.js"),
    ("safeline", f"{SITE}/.safeline/static/js/challenge.js"),
    ("stackpath", f"{SITE}/sbbi/?sbbpg=sbbShell&gprid=1"),
    ("servicepipe", "https://api.servicepipe.ru/check"),
    ("ngenix", "https://stat.ngenix.net/check"),
    ("stormwall", "https://static.stormwall.pro/captcha.js"),
    ("go-away", f"{SITE}/.well-known/.git.gammaspectra.live/git/go-away/cmd/go-away/challenge/js-pow"),
    ("basedflare", f"{SITE}/.basedflare/bot-check"),
    ("crowdsec", f"{SITE}/crowdsec-internal/challenge/challenge.js"),
    ("castle", "https://cdn.castle.io/v2/castle.js"),
    ("sardine", "https://api.sardine.ai/assets/loader.min.js"),
    ("socure", "https://js.dvnfo.com/devicer.min.js"),
    ("biocatch", "https://bcdn-0a1b2c3d.we-stats.com/scripts/0a1b2c3d/0a1b2c3d.js"),
    ("nudata", "https://api-shop.nd.nudatasecurity.com/2.2/w/w-1/init/js/"),
    ("accertify", "https://cdn0.accertify.net/sdk.js"),
    ("pingone-protect", "https://apps.pingone.com/signals/web-sdk/5.3.7/signals-sdk.js"),
    ("transmit-security", "https://platform-websdk.transmitsecurity.io/platform-websdk/latest/sdk.js"),
    ("ipqualityscore", "https://www.ipqscdn.com/api/shop.example/key/learn.js"),
    ("ravelin", "https://cdn.ravelin.net/js/rav.min.js"),
    ("keycaptcha", "https://backs.keycaptcha.com/swfs/cap.js"),
    ("solve-media", "https://api-secure.solvemedia.com/papi/challenge.script?k=1"),
    ("confident-captcha", "https://captcha.confidenttechnologies.com/block"),
    ("sweetcaptcha", "https://www.sweetcaptcha.com/api/v2/apps/1/captcha/2"),
    ("nucaptcha", "https://api.nucaptcha.com/token"),
    ("playthru", "https://ws.areyouahuman.com/ws/script/1"),
    ("iconcaptcha", f"{SITE}/assets/js/icon-captcha.min.js"),
    ("visualcaptcha", f"{SITE}/js/visualcaptcha.jquery.min.js"),
    ("kaptcha", f"{SITE}/app/kaptcha.jpg?t=1"),
    ("jcaptcha", f"{SITE}/app/jcaptcha.jpg"),
    ("simple-captcha-rails", f"{SITE}/simple_captcha?code={'0a1b2' * 8}&time=1"),
    ("laravel-captcha", f"{SITE}/captcha/default?Ab3dEf9h"),
    ("yii-captcha", f"{SITE}/site/captcha?v=64b1f0c2a3d4e.12345678"),
    ("magento-captcha", f"{SITE}/media/captcha/base/{'0a1b' * 8}.png"),
    ("mediawiki-captcha", f"{SITE}/w/index.php?title=Special:Captcha/image&wpCaptchaId=1"),
    ("drupal-captcha", f"{SITE}/image-captcha-generate/123/1699999999"),
    ("drupal-antibot", f"{SITE}/modules/contrib/antibot/js/antibot.form.js"),
    ("drupal-honeypot", f"{SITE}/modules/contrib/honeypot/css/honeypot.form.css"),
    ("typo3-sr-freecap", f"{SITE}/index.php?eIDSR=sr_freecap&formatName=img"),
    ("typo3-captcha", f"{SITE}/typo3conf/ext/captcha/captcha/captcha.php"),
    ("phpbb-captcha", f"{SITE}/forum/ucp.php?mode=confirm&confirm_id=0a1b&type=1"),
    ("vbulletin-captcha", f"{SITE}/forum/image.php?type=hv&hash=0a1b"),
    ("discuz-seccode", f"{SITE}/misc.php?mod=seccode&update=1&idhash=cS"),
    ("cptch", f"{PLUGINS}/captcha-bws/js/front_end_script.js"),
    ("si-captcha", f"{PLUGINS}/si-captcha-for-wordpress/captcha/securimage_show_x.js"),
    ("akismet", f"{PLUGINS}/akismet/_inc/akismet-frontend.js?ver=1"),
    ("antispam-bee", f"{PLUGINS}/antispam-bee/js/scripts.min.js"),
    ("wp-armour", f"{PLUGINS}/honeypot/includes/js/wpa.js"),
    ("zero-spam", f"{PLUGINS}/zero-spam/modules/davidwalsh/assets/js/davidwalsh.js"),
    ("wordfence", f"{SITE}/?wordfence_lh=1&hid=0A1B"),
    ("wp-cerber", f"{PLUGINS}/wp-cerber/assets/style.css"),
]

NAMES = [
    ("wp-math-captcha", "cookie", "mc_session_ids[default]", "x"),
    ("jetpack-protect", "cookie", "jpp_math_pass", "x"),
    ("recaptcha-enterprise-waf", "cookie", "recaptcha-ca-t", "09A"),
    ("cloudflare-bot-management", "cookie", "__cf_bm", "x"),
    ("cloudflare-challenge", "cookie", "cf_clearance", "x"),
    ("cloudflare-waiting-room", "cookie", "__cfwaitingroom", "x"),
    ("akamai-bot-manager", "cookie", "bm_sz", "x"),
    ("akamai-crypto-challenge", "cookie", "sec_cpt", "x"),
    ("imperva-abp", "cookie", "reese84", "x"),
    ("imperva-incapsula", "cookie", "incap_ses_123_456", "x"),
    ("imperva-distil", "cookie", "D_SID", "0A1B2C3D-1111-2222-3333-445566778899"),
    ("aliyun-waf", "cookie", "acw_sc__v2", "x"),
    ("aliyun-nocaptcha", "cookie", "x5sec", "x"),
    ("azure-waf", "cookie", "afd_azwaf_captcha", "x"),
    ("fastly-bot-management", "cookie", "_fs_ch_cp_0a1b2c", "x"),
    ("tencent-edgeone", "cookie", "EO_Bot_Ssid", "x"),
    ("jiasule", "cookie", "__jsl_clearance_s", "x"),
    ("safeline", "cookie", "sl-challenge-jwt", "x"),
    ("huawei-waf", "cookie", "HWWAFSESID", "x"),
    ("stackpath", "cookie", "SPSI", "x"),
    ("variti", "cookie", "ipp_uid1", "1650448932044"),
    ("servicepipe", "cookie", "spid", f"1706023850806_{'0a1b' * 8}_0bd6i75ncano2gag"),
    ("ngenix", "cookie", "ngenix_jscv_2198e54375cc", "bot_profile_check=true"),
    ("go-away", "cookie", ".go-away-js-pow", "x"),
    ("basedflare", "cookie", "_basedflare_pow", "x"),
    ("crowdsec", "cookie", "__crowdsec_challenge", "x"),
    ("netacea", "cookie", "_mitata", "x"),
    ("reblaze", "cookie", "rbzid", "x"),
    ("sucuri", "cookie", "sucuri_cloudproxy_uuid_1", "x"),
    ("f5-bot-defense", "cookie", "TS01a2b3c4", "x"),
    ("f5-distributed-cloud", "cookie", "_imp_apg_r_", "x"),
    ("castle", "cookie", "__cuid", "x"),
    ("shumei", "storage", "smidV2", "x"),
]

WIDGETS = [
    ("recaptcha-v1", '<div id="recaptcha_widget_div"></div>'),
    ("recaptcha-v3", '<script src="https://www.google.com/recaptcha/api.js?render=6Lshop"></script>'),
    ("recaptcha-v2-invisible", '<div class="g-recaptcha" data-size="invisible" data-sitekey="6L"></div>'),
    ("recaptcha-v2", '<iframe src="https://www.google.com/recaptcha/api2/anchor?k=6L&size=normal"></iframe>'),
    ("recaptcha", '<div class="g-recaptcha" data-sitekey="6L"></div>'),
    ("recaptcha-enterprise", '<script src="https://www.google.com/recaptcha/enterprise.js"></script>'),
    ("hcaptcha", '<div class="h-captcha" data-sitekey="1"></div>'),
    ("turnstile", '<div class="cf-turnstile" data-sitekey="0x4"></div>'),
    ("friendly-captcha-v1", '<input name="frc-captcha-solution" type="hidden">'),
    ("friendly-captcha-v2", '<input name="frc-captcha-response" type="hidden">'),
    ("geetest-v4", '<div class="geetest_captcha geetest_box"></div>'),
    ("geetest-v3", '<div class="geetest_holder geetest_wind"></div>'),
    ("altcha", '<altcha-widget challengeurl="/altcha"></altcha-widget>'),
    ("cap", '<cap-widget data-cap-api-endpoint="/cap/"></cap-widget>'),
    ("mcaptcha", '<input name="mcaptcha__token">'),
    ("procaptcha", '<div class="procaptcha" data-sitekey="5F"></div>'),
    ("private-captcha", '<div class="private-captcha" data-sitekey="1"></div>'),
    ("eu-captcha", '<div class="eu-captcha" data-sitekey="1"></div>'),
    ("mosparo", '<div id="mosparo-box"></div>'),
    ("swetrix-captcha", '<div class="swecaptcha" data-project-id="1"></div>'),
    ("luosimao", '<div class="l-captcha" data-site-key="1"></div>'),
    ("keycaptcha", '<div id="div_for_keycaptcha"></div>'),
    ("solve-media", '<input id="adcopy_response" name="adcopy_response">'),
    ("playthru", '<div id="AYAH"></div>'),
    ("vk-captcha", '<iframe src="https://id.vk.com/not_robot_captcha?domain=vk.com"></iframe>'),
    ("kaptcha", '<img src="/app/Kaptcha.jpg">'),
    ("mediawiki-captcha", '<input type="hidden" name="wpCaptchaId" value="1">'),
    ("drupal-captcha", '<input type="hidden" name="captcha_sid" value="1">'),
    ("drupal-antibot", '<form class="contact-form antibot"></form>'),
    ("drupal-honeypot", '<div class="honeypot-textfield js-form-wrapper"></div>'),
    ("typo3-sr-freecap", '<img id="tx_srfreecap_captcha_image_0a1b" src="/?eIDSR=1">'),
    ("phpbb-captcha", '<input name="qa_answer" type="text">'),
    ("akismet", '<input type="hidden" id="ak_js_1" name="ak_js" value="1">'),
    ("cptch", '<span class="cptch_wrap cptch_math_actions cptch_block"></span>'),
    ("amazon-captcha", '<form method="get" action="/errors/validateCaptcha"></form>'),
]


@pytest.fixture(scope="module")
def table() -> Catalogue:
    """The CAPTCHA file of the packaged catalogue alone."""
    return catalogue_from([document for document in read_core() if document.name.endswith("captchas.yaml")])


def test_every_product_has_a_row(table: Catalogue) -> None:
    rows = {row[0] for row in (*URLS, *NAMES, *WIDGETS)}
    only_seen_in_answers = {"bitninja"}
    only_seen_in_the_page = {"hcaptcha-invisible"}
    assert len(table.captchas) >= 140
    assert {product.id for product in table.captchas} - rows == only_seen_in_answers | only_seen_in_the_page


@pytest.mark.parametrize(("product", "url"), URLS)
def test_url(table: Catalogue, product: str, url: str) -> None:
    found = table.captcha_of_url(url)
    assert found is not None
    assert found.id == product


@pytest.mark.parametrize(("product", "kind", "name", "value"), NAMES)
def test_name(table: Catalogue, product: str, kind: str, name: str, value: str) -> None:
    subject = Subject(
        kind="cookie" if kind == "cookie" else "storage",
        name=name,
        value=value,
        host=host_of(SITE),
        site=SITE,
    )
    assert table.decide(subject).rule == f"core:captcha/{product}"


@pytest.mark.parametrize(("product", "markup"), WIDGETS)
def test_widget(table: Catalogue, product: str, markup: str) -> None:
    assert _seen_in(table, markup) == {product}


@pytest.mark.parametrize(
    ("loader", "found"),
    [
        ("api.js", {"recaptcha-v2-invisible"}),
        ("api.js?render=6Lshop", {"recaptcha-v3"}),
        ("api.js?hl=de&render=6Lshop", {"recaptcha-v3"}),
    ],
)
def test_the_frame_of_recaptcha_belongs_to_its_loader(table: Catalogue, loader: str, found: set[str]) -> None:
    frame = '<iframe src="https://www.google.com/recaptcha/api2/anchor?k=6Lshop&size=invisible"></iframe>'
    script = f'<script src="https://www.google.com/recaptcha/{html.escape(loader)}"></script>'
    assert _seen_in(table, script + frame) == found


def test_the_elements_of_recaptcha_enterprise_are_not_those_of_v2(table: Catalogue) -> None:
    script = '<script src="https://www.google.com/recaptcha/enterprise.js"></script>'
    button = '<button class="g-recaptcha" data-sitekey="6L" data-size="invisible"></button>'
    assert _seen_in(table, script + button) == {"recaptcha-enterprise"}


@pytest.mark.parametrize("loader", ["api.js", "secure-api.js"])
def test_hcaptcha_tells_its_plans_and_sizes_apart(table: Catalogue, loader: str) -> None:
    head = f'<script src="https://js.hcaptcha.com/1/{loader}"></script>'
    plan = {"hcaptcha-enterprise"} if loader == "secure-api.js" else set()
    invisible = _seen_in(table, head + '<div class="h-captcha" data-size="invisible"></div>')
    assert invisible == {"hcaptcha", "hcaptcha-invisible"} | plan
    own = _product(table, "hcaptcha").dom_selectors[0]
    visible = head + '<div class="h-captcha"></div>'
    assert bool(BeautifulSoup(visible, "lxml").select(own)) == (loader == "api.js")


def test_bitninja_is_known_by_its_server_header(table: Catalogue) -> None:
    ((name, value),) = _product(table, "bitninja").response_headers
    assert name == "server"
    assert value is not None
    assert value.search("BitNinja Captcha Server")
    assert not value.search("nginx")


@pytest.mark.parametrize(
    "name", ["captcha", "session", "TSession", "spid", "D_ID", "swp", "sl_lang", "token"]
)
def test_ordinary_name(table: Catalogue, name: str) -> None:
    subject = Subject(kind="cookie", name=name, value="1", host=host_of(SITE), site=SITE)
    assert table.decide(subject).category is None


def test_no_two_products_have_the_same_signs(table: Catalogue) -> None:
    seen: dict[object, str] = {}
    for product in table.captchas:
        signs = _all_signs(product)
        assert any(signs), product.id
        assert signs not in seen, (product.id, seen.get(signs))
        seen[signs] = product.id


def test_no_sign_belongs_to_two_vendors(table: Catalogue) -> None:
    owners: dict[tuple[str, str], str] = {}
    for product in table.captchas:
        for sort, sign in _single_signs(product):
            assert owners.setdefault((sort, sign), product.vendor) == product.vendor, (product.id, sign)


def test_what_watches_all_visitors_is_contested(table: Catalogue) -> None:
    for product in table.captchas:
        recognises = product.decision.purpose is not None and product.decision.purpose.startswith(
            "Recognises"
        )
        if product.id.startswith("recaptcha") or recognises:
            assert product.contested, product.id


def test_entries_are_sourced_and_plainly_worded(table: Catalogue) -> None:
    for product in table.captchas:
        assert product.check.startswith("https://"), product.id
        assert product.collects.endswith("."), product.id
        assert (product.decision.purpose or "").endswith("."), product.id


def _product(table: Catalogue, product_id: str) -> CaptchaProduct:
    return next(product for product in table.captchas if product.id == product_id)


def _seen_in(table: Catalogue, markup: str) -> set[str]:
    page = BeautifulSoup(f"<!doctype html><html><body>{markup}</body></html>", "lxml")
    return {
        product.id
        for product in table.captchas
        if any(page.select_one(selector) for selector in product.dom_selectors)
    }


def _all_signs(product: CaptchaProduct) -> tuple[object, ...]:
    return (
        product.hosts,
        tuple(script.pattern for script in product.scripts),
        tuple(pattern.pattern for pattern in product.anywhere),
        product.dom_selectors,
        product.js_globals,
        tuple(sign for sort, sign in _single_signs(product) if sort in {"cookie", "storage"}),
        tuple(name for name, _ in product.response_headers),
    )


def _single_signs(product: CaptchaProduct) -> list[tuple[str, str]]:
    names = [(name.kind, name.decision.pattern or "") for name in product.cookies + product.storage]
    elements = [("element", selector) for selector in product.dom_selectors]
    found = [("global", name) for name in product.js_globals]
    return [*names, *elements, *found, *(("anywhere", pattern.pattern) for pattern in product.anywhere)]

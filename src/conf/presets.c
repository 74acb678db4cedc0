/* SPDX-License-Identifier: MIT */
/*
 * The table of presets, and the labels of their profiles. Only data: endpoints
 * that depend on a customer's domain are NULL and come from the configuration.
 * tests/transcripts/README.md says what else a new provider needs.
 */
#include "config.h"

#include "conf/presets.h"

#include <string.h>

#include "base/i18n.h"

/* Translators: the labels of a user's data, at most 24 columns. */
static const struct profile_map webex_profile[] = {
	{N_("Name"), "displayName|name"},
	{N_("Nickname"), "nickName"},
	{N_("Email"), "emails|email"},
	{N_("Phone"), "phoneNumbers"},
	{N_("Extension"), "extension"},
	{N_("Title"), "title"},
	{N_("Department"), "department"},
	{N_("Manager"), "manager"},
	{N_("Organisation ID"), "orgId"},
	{N_("Roles"), "roles"},
	{N_("Status"), "status"},
	{N_("Last activity"), "lastActivity"},
	{N_("Time zone"), "timezone"},
	{N_("Location"), "locationId"},
	{N_("Address"), "addresses"},
	{N_("Licences"), "licenses"},
	{N_("Account type"), "type"},
	{N_("Sign-in allowed"), "loginEnabled"},
	{N_("Created"), "created"},
	{N_("Changed"), "lastModified"},
	{N_("ID"), "id|sub"},
	{NULL, NULL},
};

/* Translators: the labels of a user's data, at most 24 columns. */
static const struct profile_map github_profile[] = {
	{N_("Name"), "name|login"},
	{N_("User name"), "login"},
	{N_("Email"), "email"},
	{N_("Organisation"), "company"},
	{N_("Location"), "location"},
	{N_("Website"), "blog"},
	{N_("About"), "bio"},
	{N_("Account type"), "type"},
	{N_("Created"), "created_at"},
	{N_("Changed"), "updated_at"},
	{N_("ID"), "id"},
	{NULL, NULL},
};

/* The standard claims of OpenID Connect Core section 5.1, and other providers'
 * names for an organisation and its roles. */
/* Translators: the labels of a user's data, at most 24 columns. */
static const struct profile_map openid_profile[] = {
	{N_("Name"), "name|preferred_username|nickname"},
	{N_("User name"), "preferred_username|login"},
	{N_("Email"), "email|emails"},
	{N_("Email verified"), "email_verified"},
	{N_("Phone"), "phone_number"},
	{N_("Title"), "title"},
	{N_("Department"), "department"},
	{"Organisation",
	 "organization|org_name|urn:zitadel:iam:user:resourceowner:name|hd"},
	{N_("Organisation ID"), "org_id"},
	{N_("Roles"), "roles|realm_access.roles|"
		      "urn:zitadel:iam:org:project:roles"},
	{N_("Groups"), "groups"},
	{N_("Address"), "address"},
	{N_("Language"), "locale"},
	{N_("Time zone"), "zoneinfo"},
	{N_("Website"), "website"},
	{N_("Changed"), "updated_at"},
	{N_("ID"), "sub|id"},
	{NULL, NULL},
};

/*
 * Counted from an answer, polls never arrive closer together than the interval.
 * Clocks that run at different speeds call for a little more than that. A
 * server that keeps whole seconds and requires more of them than the interval
 * calls for one second more: it makes no use of a fraction.
 */
#define CLOCK_MARGIN_MS 100
#define WHOLE_SECOND_MARGIN_MS 1000

static const struct preset presets[] = {
	{
		.name = "webex",
		.label = "Webex",
		.device_authorization_endpoint =
			"https://webexapis.com/v1/device/authorize",
		.device_token_endpoint =
			"https://webexapis.com/v1/device/token",
		.token_endpoint = "https://webexapis.com/v1/access_token",
		.userinfo_endpoint =
			"https://webexapis.com/v1/people/me?callingData=true",
		.authorization_endpoint = "https://webexapis.com/v1/authorize",
		.scope = "spark:all spark:kms",
		.verification_hosts = "*.wbx2.com",
		.device_auth = AUTH_NONE,
		.token_auth = AUTH_BASIC,
		.needs_secret = true,
		.send_user_info = true,
		.poll_margin_ms = CLOCK_MARGIN_MS,
		.profile = webex_profile,
		.redirect_help =
			"does not find its own addresses among the redirect "
			"URIs of the integration: add https://oauth-helper-"
			"{a,d,k,r}.wbx2.com/helperservice/v1/actions/device/"
			"callback (one each for a, d, k and r) on "
			"developer.webex.com.",
	},
	{
		.name = "github",
		.label = "GitHub",
		.device_authorization_endpoint =
			"https://github.com/login/device/code",
		.token_endpoint = "https://github.com/login/oauth/access_token",
		.userinfo_endpoint = "https://api.github.com/user",
		.authorization_endpoint =
			"https://github.com/login/oauth/authorize",
		.scope = "read:user user:email",
		.verification_hosts = "github.com",
		.device_auth = AUTH_NONE,
		.token_auth = AUTH_POST,
		/* Says slow_down to a poll after 5 seconds and not after 6
		 * (octokit/auth-oauth-device.js issue 334). */
		.poll_margin_ms = WHOLE_SECOND_MARGIN_MS,
		.profile = github_profile,
	},
	{
		.name = "google",
		.label = "Google",
		.device_authorization_endpoint =
			"https://oauth2.googleapis.com/device/code",
		.token_endpoint = "https://oauth2.googleapis.com/token",
		.userinfo_endpoint =
			"https://openidconnect.googleapis.com/v1/userinfo",
		.revocation_endpoint = "https://oauth2.googleapis.com/revoke",
		.authorization_endpoint =
			"https://accounts.google.com/o/oauth2/v2/auth",
		.scope = "openid profile email",
		.verification_hosts = "google.com *.google.com",
		.device_auth = AUTH_NONE,
		.token_auth = AUTH_POST,
		.needs_secret = true,
		.poll_margin_ms = CLOCK_MARGIN_MS,
		.profile = openid_profile,
	},
	{
		.name = "microsoft",
		.label = "Microsoft",
		/* "common" accepts work, school and personal accounts; an
		 * organisation puts its tenant there. */
		.device_authorization_endpoint =
			"https://login.microsoftonline.com/common/oauth2/v2.0/"
			"devicecode",
		.token_endpoint =
			"https://login.microsoftonline.com/common/oauth2/v2.0/"
			"token",
		.userinfo_endpoint =
			"https://graph.microsoft.com/oidc/userinfo",
		.authorization_endpoint =
			"https://login.microsoftonline.com/common/oauth2/v2.0/"
			"authorize",
		.scope = "openid profile email offline_access",
		.verification_hosts = "microsoft.com *.microsoft.com "
				      "login.microsoftonline.com",
		.device_auth = AUTH_NONE,
		.token_auth = AUTH_POST,
		.poll_margin_ms = CLOCK_MARGIN_MS,
		.profile = openid_profile,
	},
	{
		.name = "auth0",
		.label = "Auth0",
		.scope = "openid profile email offline_access",
		.device_auth = AUTH_NONE,
		.token_auth = AUTH_POST,
		.send_ui_locales = true,
		.poll_margin_ms = CLOCK_MARGIN_MS,
		.profile = openid_profile,
	},
	{
		.name = "okta",
		.label = "Okta",
		.scope = "openid profile email offline_access",
		.device_auth = AUTH_BASIC,
		.token_auth = AUTH_BASIC,
		.poll_margin_ms = CLOCK_MARGIN_MS,
		.profile = openid_profile,
	},
	{
		.name = "keycloak",
		.label = "Keycloak",
		.scope = "openid profile email",
		.device_auth = AUTH_BASIC,
		.token_auth = AUTH_BASIC,
		.send_ui_locales = true,
		.poll_margin_ms = CLOCK_MARGIN_MS,
		.profile = openid_profile,
	},
	{
		.name = "gitlab",
		.label = "GitLab",
		.device_authorization_endpoint =
			"https://gitlab.com/oauth/authorize_device",
		.token_endpoint = "https://gitlab.com/oauth/token",
		.userinfo_endpoint = "https://gitlab.com/oauth/userinfo",
		.revocation_endpoint = "https://gitlab.com/oauth/revoke",
		.authorization_endpoint = "https://gitlab.com/oauth/authorize",
		.scope = "openid profile email",
		.verification_hosts = "gitlab.com",
		.device_auth = AUTH_NONE,
		.token_auth = AUTH_POST,
		.poll_margin_ms = CLOCK_MARGIN_MS,
		.profile = openid_profile,
	},
	{
		.name = "twitch",
		.label = "Twitch",
		.device_authorization_endpoint =
			"https://id.twitch.tv/oauth2/device",
		.token_endpoint = "https://id.twitch.tv/oauth2/token",
		.userinfo_endpoint = "https://id.twitch.tv/oauth2/userinfo",
		.revocation_endpoint = "https://id.twitch.tv/oauth2/revoke",
		.authorization_endpoint =
			"https://id.twitch.tv/oauth2/authorize",
		.scope = "openid user:read:email",
		.verification_hosts = "www.twitch.tv",
		.device_auth = AUTH_NONE,
		.token_auth = AUTH_POST,
		.send_scopes = true,
		.poll_margin_ms = CLOCK_MARGIN_MS,
		.profile = openid_profile,
	},
	{
		.name = "hydra",
		.label = "Ory Hydra",
		.scope = "openid profile email offline_access",
		.device_auth = AUTH_BASIC,
		.token_auth = AUTH_BASIC,
		.poll_margin_ms = CLOCK_MARGIN_MS,
		.profile = openid_profile,
	},
	{
		.name = "zitadel",
		.label = "Zitadel",
		.scope = "openid profile email offline_access",
		.device_auth = AUTH_BASIC,
		.token_auth = AUTH_BASIC,
		.poll_margin_ms = CLOCK_MARGIN_MS,
		.profile = openid_profile,
	},
	{
		.name = "authentik",
		.label = "authentik",
		.scope = "openid profile email offline_access",
		.device_auth = AUTH_NONE,
		.token_auth = AUTH_BASIC,
		.poll_margin_ms = CLOCK_MARGIN_MS,
		.profile = openid_profile,
	},
	{
		/* Any other provider: everything comes from the configuration.
		 * If there is a secret, RFC 8628 section 3.1 requires it at the
		 * device endpoint as well. */
		.name = "",
		.label = "",
		.scope = "",
		.device_auth = AUTH_BASIC,
		.token_auth = AUTH_BASIC,
		.poll_margin_ms = CLOCK_MARGIN_MS,
		.profile = openid_profile,
	},
};

const struct preset *preset_at(size_t i)
{
	return i < sizeof(presets) / sizeof(presets[0]) ? &presets[i] : NULL;
}

const struct preset *preset_find(const char *name)
{
	const struct preset *preset;

	for (size_t i = 0; (preset = preset_at(i)); i++) {
		if (strcmp(preset->name, name) == 0)
			return preset;
	}
	return NULL;
}

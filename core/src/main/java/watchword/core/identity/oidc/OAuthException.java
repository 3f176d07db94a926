package watchword.core.identity.oidc;

/** Why an application gets nothing, in the words of OAuth 2.0 and OpenID Connect. Checked, so that what was used up before stays used up. */
final class OAuthException extends Exception {
    static final String INVALID_REQUEST = "invalid_request";
    static final String INVALID_CLIENT = "invalid_client";
    static final String INVALID_GRANT = "invalid_grant";
    static final String INVALID_TOKEN = "invalid_token";
    static final String ACCESS_DENIED = "access_denied";
    static final String SERVER_ERROR = "server_error";

    private final String error;
    private final String description;

    OAuthException(String error, String description) {
        super(error + ": " + description, null, false, false);
        this.error = error;
        this.description = description;
    }

    static OAuthException request(String description) {
        return new OAuthException(INVALID_REQUEST, description);
    }

    String error() {
        return error;
    }

    String description() {
        return description;
    }
}

package watchword.engines.rabbitmq;

import watchword.sdk.Secret;

/**
 * Which broker, and with whose rights users are made there.
 *
 * @param passwordPolicy empty for 36 letters and digits
 */
record Connection(String connectionUri, String username, Secret password, String passwordPolicy, String usernameTemplate) {
    /** The only row of its table. */
    static final String ROW = "connection";
    private static final String USUAL_NAMES = "{{ printf \"%s-%s\" (.DisplayName) (uuid) }}";

    String template() {
        return usernameTemplate.isEmpty() ? USUAL_NAMES : usernameTemplate;
    }
}

package watchword.sdk;

/** What a request's {@code Authorization} header says of who asks. */
public sealed interface Authorization {
    record Bearer(Secret token) implements Authorization {}

    record Basic(String user, Secret password) implements Authorization {}
}

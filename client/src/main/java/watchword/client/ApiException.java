package watchword.client;

import java.io.IOException;
import java.util.List;

/** The server answered that it could not, or would not. Carries what it said. */
public final class ApiException extends IOException {
    private static final long serialVersionUID = 1;

    private final String method;
    private final String url;
    private final String namespace;
    private final int status;
    private final boolean anonymous;
    private final transient List<String> errors;

    ApiException(String method, String url, String namespace, int status, boolean anonymous, List<String> errors) {
        super(status + " " + String.join("; ", errors));
        this.method = method;
        this.url = url;
        this.namespace = namespace;
        this.status = status;
        this.anonymous = anonymous;
        this.errors = List.copyOf(errors);
    }

    public int status() {
        return status;
    }

    /** Whether it was asked without a token. */
    public boolean isAnonymous() {
        return anonymous;
    }

    /** As the server worded them; empty when it gave none. */
    public List<String> errors() {
        return errors;
    }

    public String method() {
        return method;
    }

    /** What was asked, with its query. */
    public String url() {
        return url;
    }

    /** The path of the API that was asked: {@code auth/token/lookup-self}. */
    public String path() {
        int version = url.indexOf("/v1/");
        int query = url.indexOf('?');
        return url.substring(version < 0 ? 0 : version + "/v1/".length(), query < 0 ? url.length() : query);
    }

    /** Empty for none. */
    public String namespace() {
        return namespace;
    }

    /** A 404 without a word: there is no value at this path. With one, the path itself is wrong. */
    public boolean isAbsence() {
        return status == 404 && errors.isEmpty();
    }

    /** True when some error holds {@code text}. */
    public boolean says(String text) {
        for (var error : errors) if (error.contains(text)) return true;
        return false;
    }

    /** On one line, for a log: status and errors. */
    public String brief() {
        var text = new StringBuilder().append(status);
        for (var error : errors) text.append(' ').append(error.replace('\n', ' ').replace('\t', ' ').strip());
        return text.toString();
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}

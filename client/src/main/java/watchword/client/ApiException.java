package watchword.client;

import java.util.List;

/** The server answered that it could not, or would not. */
public final class ApiException extends Exception {
    private final int status;
    private final List<String> errors;
    private final String method;
    private final String url;

    ApiException(String method, String url, int status, List<String> errors) {
        super(method + " " + url + ": " + status + " " + String.join("; ", errors), null, false, false);
        this.method = method;
        this.url = url;
        this.status = status;
        this.errors = errors;
    }

    public int status() {
        return status;
    }

    public List<String> errors() {
        return errors;
    }

    public String method() {
        return method;
    }

    public String url() {
        return url;
    }
}

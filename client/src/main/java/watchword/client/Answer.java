package watchword.client;

import java.util.List;

/**
 * What a server answered.
 *
 * @param body the whole document; empty when there was none, or when it is no JSON object
 * @param raw the bytes as they came
 */
@SuppressWarnings("ArrayRecordComponent") // handed out as they came, never compared
public record Answer(int status, Json.Obj body, byte[] raw) {

    /**
     * The {@code data} object. A document in which none of the known members stands is all data: some system paths answer so.
     */
    public Json.Obj data() {
        if (body.has("data")) return body.object("data");
        return isEnvelope() ? Json.Obj.EMPTY : body;
    }

    private boolean isEnvelope() {
        return body.has("request_id") || body.has("lease_id") || body.has("auth") || body.has("wrap_info") || body.has("warnings");
    }

    /** What a login or a new token brings; empty otherwise. */
    public Json.Obj auth() {
        return body.object("auth");
    }

    /** Where the answer went when it was wrapped; empty otherwise. */
    public Json.Obj wrapInfo() {
        return body.object("wrap_info");
    }

    /** Empty for none. */
    public String leaseId() {
        return body.text("lease_id");
    }

    /** In seconds; 0 for none. */
    public long leaseDuration() {
        return body.whole("lease_duration");
    }

    public boolean isRenewable() {
        return body.isTrue("renewable");
    }

    public List<String> warnings() {
        return body.texts("warnings");
    }

    /** True when it only tells, in warnings, why there is nothing. */
    public boolean isAbsence() {
        return status == 404 && body.get("data").isEmpty();
    }

    /** True when there is nothing in it at all. */
    public boolean isEmpty() {
        return raw.length == 0;
    }

    @Override
    public String toString() {
        return "Answer[" + status + ", " + raw.length + " bytes]";
    }
}

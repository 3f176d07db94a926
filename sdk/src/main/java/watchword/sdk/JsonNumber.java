package watchword.sdk;

import java.math.BigDecimal;

/**
 * A JSON number that is not a plain integer of 64 bits, kept as it was written, so that {@code 1.0} and {@code 1e400} come back
 * unchanged. The text follows RFC 8259 section 6.
 */
public final class JsonNumber extends Number {
    private final String text;

    public JsonNumber(String text) {
        this.text = text;
    }

    @Override
    public int intValue() {
        return (int) doubleValue();
    }

    @Override
    public long longValue() {
        return (long) doubleValue();
    }

    @Override
    public float floatValue() {
        return (float) doubleValue();
    }

    @Override
    public double doubleValue() {
        return Double.parseDouble(text);
    }

    /** Exact; may be costly for a huge exponent, so bound it before arithmetic. */
    public BigDecimal decimalValue() {
        return new BigDecimal(text);
    }

    @Override
    public String toString() {
        return text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JsonNumber number && number.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }
}

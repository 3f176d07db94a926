package watchword.core.audit.line;

import watchword.core.audit.filter.Exclusions;

/**
 * How a device writes its lines.
 *
 * @param raw nothing is hashed, save headers that carry credentials
 * @param hashAccessors token accessors are hashed
 * @param elideLists the answer to a list says how many, not which
 */
public record LineOptions(boolean raw, boolean hashAccessors, boolean elideLists, Exclusions exclusions) {
    public static final LineOptions DEFAULT = new LineOptions(false, true, false, Exclusions.NONE);
}

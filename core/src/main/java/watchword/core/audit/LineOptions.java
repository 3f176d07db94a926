package watchword.core.audit;

import watchword.core.audit.filter.Exclusions;

/**
 * How a device writes its lines.
 *
 * @param raw nothing is hashed, save headers that carry credentials
 * @param hashAccessors token accessors are hashed
 * @param elideLists the answer to a list says how many, not which
 */
record LineOptions(boolean raw, boolean hashAccessors, boolean elideLists, Exclusions exclusions) {
    static final LineOptions DEFAULT = new LineOptions(false, true, false, Exclusions.NONE);
}

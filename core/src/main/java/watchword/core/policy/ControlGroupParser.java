package watchword.core.policy;

import static watchword.core.policy.PolicyParser.duration;
import static watchword.core.policy.PolicyParser.invalid;
import static watchword.core.policy.PolicyParser.text;
import static watchword.core.policy.PolicyParser.texts;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import watchword.core.hcl.Hcl;
import watchword.core.hcl.Hcl.Item;
import watchword.core.hcl.Hcl.Value;

/** Reads {@code control_group} and {@code break_glass} of a path in a policy. */
final class ControlGroupParser {
    private static final int MOST_FACTORS = 20;
    private static final int MOST_APPROVALS = 50;

    private final String path;
    /** What the path gives. */
    private final int bits;

    private ControlGroupParser(String path, int bits) {
        this.path = path;
        this.bits = bits;
    }

    static ControlGroup parse(String path, Value.Body statement, int bits) throws Hcl.SyntaxException {
        var parser = new ControlGroupParser(path, bits);
        var control = parser.block(statement, "control_group", Set.of("ttl", "max_ttl", "factor"));
        var factors = control.isPresent() ? parser.factors(control.get()) : List.<ControlGroup.Factor>of();
        return new ControlGroup(control.map(parser::ttl).orElse(Duration.ZERO), factors, parser.breakGlass(statement));
    }

    private Optional<Value.Body> block(Value.Body in, String key, Set<String> known) {
        var value = in.find(key);
        if (value.isEmpty()) return Optional.empty();
        if (!(value.get() instanceof Value.Body body)) throw invalid(path, key + " must be a block");
        var once = new HashSet<String>();
        for (var item : body.items()) {
            if (!known.contains(item.key())) throw invalid(path, key + ": invalid key \"" + item.key() + "\" on line " + item.at().line());
            if (!item.key().equals("factor") && !once.add(item.key())) throw invalid(path, key + ": " + item.key() + " is set twice");
        }
        return Optional.of(body);
    }

    private Duration ttl(Value.Body control) {
        var ttl = duration(path, control, "ttl");
        var max = duration(path, control, "max_ttl");
        return max.isZero() || (!ttl.isZero() && ttl.compareTo(max) < 0) ? ttl : max;
    }

    private Optional<Duration> breakGlass(Value.Body statement) {
        var glass = block(statement, "break_glass", Set.of("max_ttl"));
        if (glass.isEmpty()) return Optional.empty();
        var most = duration(path, glass.get(), "max_ttl");
        if (most.isZero()) throw invalid(path, "break_glass: max_ttl must say how long what is issued may live");
        return Optional.of(most);
    }

    private List<ControlGroup.Factor> factors(Value.Body control) throws Hcl.SyntaxException {
        var factors = new ArrayList<ControlGroup.Factor>();
        for (var item : Hcl.labeled(control, "factor")) factors.add(factor(item));
        if (factors.isEmpty()) throw invalid(path, "control_group: no factor says who has to approve");
        if (factors.size() > MOST_FACTORS) throw invalid(path, "control_group: more than " + MOST_FACTORS + " factors");
        if (factors.stream().map(ControlGroup.Factor::name).distinct().count() < factors.size()) throw invalid(path, "control_group: two factors have one name");
        return List.copyOf(factors);
    }

    private ControlGroup.Factor factor(Item item) {
        var name = item.labels().getFirst();
        if (item.labels().size() > 1 || !(item.value() instanceof Value.Body)) throw invalid(path, "control_group: a factor is a block with one label");
        var alone = new Value.Body(List.of(new Item("factor \"" + name + "\"", List.of(), item.value(), item.at())), item.at());
        var body = block(alone, "factor \"" + name + "\"", Set.of("controlled_capabilities", "identity")).orElseThrow();
        var identity = block(body, "identity", Set.of("group_names", "group_ids", "approvals")).orElseThrow(() -> invalid(path, "control_group: factor \"" + name + "\" has no identity"));
        var names = texts(path, identity, "group_names");
        var ids = texts(path, identity, "group_ids");
        if (names.isEmpty() && ids.isEmpty()) throw invalid(path, "control_group: factor \"" + name + "\" names no group");
        return new ControlGroup.Factor(name, capabilities(body), names, ids, approvals(identity, name));
    }

    private int capabilities(Value.Body factor) {
        int controlled = 0;
        for (var word : texts(path, factor, "controlled_capabilities")) {
            var capability = Capability.ofOperation(word).orElseThrow(() -> invalid(path, "control_group: invalid capability \"" + word + "\""));
            if (!capability.isIn(bits)) throw invalid(path, "control_group: controlled capability \"" + word + "\" is none of the path's capabilities");
            controlled |= capability.bit();
        }
        return controlled;
    }

    private int approvals(Value.Body identity, String factor) {
        var value = identity.find("approvals");
        if (value.isEmpty()) return 1;
        var text = text(path, "approvals", value.get());
        if (text.matches("[0-9]{1,4}") && Integer.parseInt(text) >= 1 && Integer.parseInt(text) <= MOST_APPROVALS) return Integer.parseInt(text);
        throw invalid(path, "control_group: approvals of factor \"" + factor + "\" must be 1 to " + MOST_APPROVALS);
    }
}

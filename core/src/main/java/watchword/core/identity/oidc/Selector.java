package watchword.core.identity.oidc;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import watchword.core.policy.IdentityView;
import watchword.core.wire.Durations;
import watchword.sdk.Problem;

/** What stands between braces in a template: it picks a value, a JSON tree, of whoever a token tells of. What somebody does not have is empty. */
@FunctionalInterface
interface Selector {
    Object of(Subject subject);

    /** @throws Problem.ProblemException for one that names nothing */
    static Selector named(String name) {
        if (name.equals("identity.run")) return Subject::run;
        if (name.startsWith("identity.entity.")) return entity(name.substring("identity.entity.".length()));
        if (name.startsWith("identity.groups.")) throw invalid("string contains groups template directives but no groups were provided");
        if (name.startsWith("time.")) return time(name.substring("time.".length()));
        throw unknown();
    }

    private static Selector entity(String name) {
        return switch (name) {
            case "id" -> subject -> subject.identity().entityId();
            case "name" -> subject -> subject.identity().entityName();
            case "metadata" -> subject -> subject.identity().metadata();
            case "groups.names" -> subject -> names(subject, IdentityView.Group::name);
            case "groups.ids" -> subject -> names(subject, IdentityView.Group::id);
            default -> {
                if (name.startsWith("metadata.")) yield subject -> value(subject.identity().metadata(), name.substring("metadata.".length()));
                if (name.startsWith("aliases.")) yield alias(name.substring("aliases.".length()));
                throw unknown();
            }
        };
    }

    private static List<String> names(Subject subject, Function<IdentityView.Group, String> name) {
        return subject.identity().groups().stream().map(name).toList();
    }

    private static Selector alias(String name) {
        int dot = name.indexOf('.');
        if (dot < 0) throw invalid("invalid alias selector");
        var accessor = name.substring(0, dot);
        var what = name.substring(dot + 1);
        return switch (what) {
            case "id" -> of(accessor, IdentityView.Alias::id);
            case "name" -> of(accessor, IdentityView.Alias::name);
            case "metadata" -> of(accessor, IdentityView.Alias::metadata);
            case "custom_metadata" -> of(accessor, IdentityView.Alias::customMetadata);
            default -> {
                if (what.startsWith("metadata.")) yield of(accessor, alias -> value(alias.metadata(), what.substring("metadata.".length())));
                if (what.startsWith("custom_metadata.")) yield of(accessor, alias -> value(alias.customMetadata(), what.substring("custom_metadata.".length())));
                throw unknown();
            }
        };
    }

    private static Selector of(String accessor, Function<IdentityView.Alias, Object> what) {
        var none = new IdentityView.Alias("", "", Map.of(), Map.of());
        return subject -> what.apply(subject.identity().alias(accessor).orElse(none));
    }

    private static String value(Map<String, String> metadata, String key) {
        return metadata.getOrDefault(key, "");
    }

    private static Selector time(String name) {
        var parts = name.split("\\.", 3);
        if (!parts[0].equals("now")) throw invalid("invalid time selector \"" + parts[0] + "\"");
        if (parts.length == 1) return subject -> subject.now().getEpochSecond();
        if (parts.length == 2) throw invalid("missing time operand");
        var by = duration(parts[2]);
        return switch (parts[1]) {
            case "plus" -> subject -> subject.now().plus(by).getEpochSecond();
            case "minus" -> subject -> subject.now().minus(by).getEpochSecond();
            default -> throw invalid("invalid time operator \"" + parts[1] + "\"");
        };
    }

    private static Duration duration(String text) {
        try {
            return Durations.parse(text);
        } catch (Durations.InvalidException none) {
            throw invalid("invalid duration");
        }
    }

    private static Problem.ProblemException unknown() {
        return invalid("no value could be found for one of the template directives");
    }

    private static Problem.ProblemException invalid(String what) {
        return new Problem.Invalid("error parsing template: " + what).asException();
    }
}

package watchword.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.cli.command.ApprovalCommands;
import watchword.cli.command.AuditCommands;
import watchword.cli.command.KvCommands;
import watchword.cli.command.KvMetadataCommands;
import watchword.cli.command.LeaseCommands;
import watchword.cli.command.LoginCommand;
import watchword.cli.command.MountCommands;
import watchword.cli.command.OperatorCommands;
import watchword.cli.command.PathCommands;
import watchword.cli.command.PolicyCommands;
import watchword.cli.command.StatusCommand;
import watchword.cli.command.TokenCommands;
import watchword.cli.line.Command;
import watchword.cli.line.Group;
import watchword.cli.line.Nearest;
import watchword.cli.run.RunCommand;

/** Every command there is. The group of a command is found by its words alone, so that no other is loaded. */
final class Commands {
    private static final List<String> FAMILIES = List.of("run", "kv", "kv metadata", "read", "login", "token", "policy", "secrets", "auth",
            "audit", "lease", "approvals", "status", "operator", "server", "help");

    /** What people type who know another program, or think of the thing itself. */
    private static final Map<String, String> OTHER_WORDS = Map.ofEntries(
            Map.entry("get", "kv get"), Map.entry("put", "kv put"), Map.entry("set", "kv put"), Map.entry("ls", "list"),
            Map.entry("rm", "delete"), Map.entry("kv set", "kv put"), Map.entry("kv write", "kv put"), Map.entry("kv read", "kv get"), Map.entry("kv ls", "kv list"),
            Map.entry("kv rm", "kv delete"), Map.entry("kv remove", "kv delete"), Map.entry("kv update", "kv patch"),
            Map.entry("init", "operator init"), Map.entry("seal", "operator seal"), Map.entry("unseal", "operator unseal"),
            Map.entry("rekey", "operator rekey"), Map.entry("generate-root", "operator generate-root"),
            Map.entry("rotate", "operator rotate"), Map.entry("mount", "secrets enable"), Map.entry("mounts", "secrets list"), Map.entry("secrets add", "secrets enable"),
            Map.entry("secrets create", "secrets enable"), Map.entry("secrets mount", "secrets enable"),
            Map.entry("auth add", "auth enable"), Map.entry("policies", "policy list"), Map.entry("policy put", "policy write"), Map.entry("policy create", "policy write"),
            Map.entry("policy get", "policy read"), Map.entry("whoami", "token lookup"), Map.entry("token info", "token lookup"),
            Map.entry("renew", "lease renew"), Map.entry("revoke", "lease revoke"), Map.entry("exec", "run"), Map.entry("start", "dev"));

    private Commands() {}

    /** A command with the code behind it. */
    record Found(Command command, Group group) {}

    /** In the order in which help shows them. */
    static List<Group> groups() {
        var groups = new ArrayList<Group>();
        for (var family : FAMILIES) groups.add(group(family).orElseThrow());
        return groups;
    }

    static List<Command> all() {
        var all = new ArrayList<Command>();
        for (var group : groups()) all.addAll(group.commands());
        return all;
    }

    /** The command with the most words that the line begins with. */
    static Optional<Found> find(List<String> words) {
        var first = words.isEmpty() ? "" : words.getFirst();
        var family = first.equals("kv") && words.size() > 1 && words.get(1).equals("metadata") ? "kv metadata" : first;
        var group = group(family);
        if (group.isEmpty()) return Optional.empty();
        var best = Optional.<Found>empty();
        for (var command : group.get().commands()) {
            boolean longer = best.isEmpty() || command.wordCount() > best.get().command().wordCount();
            if (longer && begins(words, command)) best = Optional.of(new Found(command, group.get()));
        }
        return best;
    }

    /** Whether commands begin with this word and go on. */
    static boolean isFamily(String word) {
        for (var command : all()) if (command.words().startsWith(word + " ")) return true;
        return false;
    }

    /** The command that was probably meant; empty where that would be a guess. @param typed up to three words */
    static String near(List<String> typed) {
        for (int count = typed.size(); count > 0; count--) {
            var other = OTHER_WORDS.get(String.join(" ", typed.subList(0, count)));
            if (other != null) return other;
        }
        var names = new ArrayList<String>();
        for (var command : all()) names.add(command.words());
        for (int count = typed.size(); count > 0; count--) {
            // The first word of many commands says nothing of which.
            if (count == 1 && isFamily(typed.getFirst())) return "";
            var near = Nearest.to(String.join(" ", typed.subList(0, count)), names);
            if (near.isPresent()) return near.get();
        }
        return "";
    }

    private static boolean begins(List<String> words, Command command) {
        int count = command.wordCount();
        return words.size() >= count && String.join(" ", words.subList(0, count)).equals(command.words());
    }

    private static Optional<Group> group(String family) {
        return switch (family) {
            case "run" -> Optional.of(new RunCommand());
            case "kv" -> Optional.of(new KvCommands());
            case "kv metadata" -> Optional.of(new KvMetadataCommands());
            case "read", "write", "patch", "list", "delete", "unwrap", "path-help" -> Optional.of(new PathCommands());
            case "login" -> Optional.of(new LoginCommand());
            case "token" -> Optional.of(new TokenCommands());
            case "policy" -> Optional.of(new PolicyCommands());
            case "secrets" -> Optional.of(MountCommands.secrets());
            case "auth" -> Optional.of(MountCommands.auth());
            case "audit" -> Optional.of(new AuditCommands());
            case "lease" -> Optional.of(new LeaseCommands());
            case "approvals" -> Optional.of(new ApprovalCommands());
            case "status" -> Optional.of(new StatusCommand());
            case "operator" -> Optional.of(new OperatorCommands());
            case "server", "dev" -> Optional.of(new LauncherCommands());
            case "help", "version", "completion" -> Optional.of(new HelpCommands());
            default -> Optional.empty();
        };
    }
}

package watchword.engines.aws.secrets;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A question to IAM or STS: an action with its parameters. */
record Question(Service service, String action, Map<String, String> fields) {

    enum Service {
        IAM("iam", "2010-05-08"),
        STS("sts", "2011-06-15");

        final String signedAs;
        final String version;

        Service(String signedAs, String version) {
            this.signedAs = signedAs;
            this.version = version;
        }
    }

    static Question iam(String action) {
        return new Question(Service.IAM, action, Map.of());
    }

    static Question sts(String action) {
        return new Question(Service.STS, action, Map.of());
    }

    /** With a parameter, unless that is empty. */
    Question with(String name, String value) {
        if (value.isEmpty()) return this;
        var more = new LinkedHashMap<>(fields);
        more.put(name, value);
        return new Question(service, action, more);
    }

    /** With the policies of a session. */
    Question policies(List<String> arns) {
        var question = this;
        for (int i = 0; i < arns.size(); i++) question = question.with("PolicyArns.member." + (i + 1) + ".arn", arns.get(i));
        return question;
    }

    Question tags(Map<String, String> tags) {
        var question = this;
        int i = 0;
        for (var tag : tags.entrySet()) {
            i++;
            var more = new LinkedHashMap<>(question.fields);
            more.put("Tags.member." + i + ".Key", tag.getKey());
            more.put("Tags.member." + i + ".Value", tag.getValue());
            question = new Question(service, action, more);
        }
        return question;
    }

    /** Whether asking twice may make two things. */
    boolean makesAnother() {
        return action.equals("CreateUser") || action.equals("CreateAccessKey");
    }

    String form() {
        var form = new ArrayList<String>();
        form.add("Action=" + action);
        form.add("Version=" + service.version);
        fields.forEach((name, value) -> form.add(encoded(name) + "=" + encoded(value)));
        return String.join("&", form);
    }

    /** As AWS's own clients write a form. */
    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("*", "%2A").replace("%7E", "~");
    }
}

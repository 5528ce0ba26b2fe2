using System.Reflection;
using System.Text.RegularExpressions;
using KhaltiCheckout.Access;
using KhaltiCheckout.DailyReconciliation;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Desk;

/// <summary>The desk has words for everything that the server can say: a merchant never reads a code instead.</summary>
public sealed partial class DeskTextTests
{
    public static TheoryData<string> Languages => ["en", "ne"];

    [Theory]
    [MemberData(nameof(Languages))]
    public void Every_status_reason_and_difference_has_a_text(string language)
    {
        HashSet<string> texts = TextsIn(language);
        string[] wanted =
        [
            .. All<OrderStatus>("status."), .. All<AttentionReason>("attention.", "means.", "do."), .. All<PaymentMethod>("method."),
            .. All<PaymentStatus>("payment.", "payment.tells."), .. All<RefundStatus>("refund.is.", "refund.tells."),
            .. All<DifferenceKind>("differs."), .. All<MendingAction>("mend."), .. All<Actor>("by."),
            .. ((Type[])[typeof(Failures), typeof(RefundFailures)])
                .SelectMany(words => words.GetFields(BindingFlags.Static | BindingFlags.NonPublic)).Select(
                    word => "failure." + word.GetRawConstantValue()),
            .. Scopes.All.SelectMany(scope => (string[])["scope." + scope, $"scope.{scope}.hint"]),
        ];

        wanted.Where(key => !texts.Contains(key)).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void Every_timeline_event_has_a_text(string language)
    {
        HashSet<string> texts = TextsIn(language);

        All<TimelineEvent>("what.").Where(key => !texts.Contains(key)).ShouldBeEmpty();
    }

    [Fact]
    public void Both_languages_have_the_same_texts() =>
        TextsIn("ne").Order(StringComparer.Ordinal).ShouldBe(TextsIn("en").Order(StringComparer.Ordinal));

    private static IEnumerable<string> All<TEnum>(params string[] kinds)
        where TEnum : struct, Enum =>
        Enum.GetValues<TEnum>().SelectMany(value => kinds.Select(kind => kind + SnakeCase.Of(value)));

    private static HashSet<string> TextsIn(string language) =>
    [
        .. Key().Matches(File.ReadAllText(Path.Combine(Repository.Root, "wwwroot", "admin", "js", "text", $"desk-{language}.js")))
            .Select(match => match.Groups["key"].Value),
    ];

    [GeneratedRegex(@"'(?<key>[\w.]+)':", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Key();
}

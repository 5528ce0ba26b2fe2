using KhaltiCheckout.Gateway;
using KhaltiCheckout.Model;

namespace KhaltiCheckout.DailyReconciliation;

/// <summary>What could not be compared, in a sentence each, kept with the day it belongs to.</summary>
internal sealed class ComparisonGaps
{
    private const int MaxNamed = 20;

    private readonly List<(bool OfDay, string Sentence)> _sentences = [];
    private readonly List<(bool OfDay, ComparedPayment Booked)> _unanswered = [];

    internal IReadOnlyList<string> OfDay => Sentences(ofDay: true);

    internal IReadOnlyList<string> OfDaysBefore => Sentences(ofDay: false);

    internal void Add(bool ofDay, string sentence) => _sentences.Add((ofDay, sentence));

    /// <summary>A payment about which Khalti did not answer.</summary>
    internal void Add(ComparedPayment unanswered, bool ofDay) => _unanswered.Add((ofDay, unanswered));

    private string[] Sentences(bool ofDay)
    {
        List<ComparedPayment> unanswered = [.. _unanswered.Where(one => one.OfDay == ofDay).Select(one => one.Booked)];
        ILookup<bool, ComparedPayment> byKey = unanswered.ToLookup(one => one.Record == GatewayRecord.KeyRefused);
        return
        [
            .. _sentences.Where(one => one.OfDay == ofDay).Select(one => one.Sentence),
            .. byKey[true].GroupBy(one => one.Payment.Method).Select(product =>
                $"Khalti refuses the secret key (Khalti:{(product.Key == PaymentMethod.Widget ? "Widget" : "EPayment")}:SecretKey): "
                    + $"{Count(product.Count())} not compared."),
            .. byKey[false].Take(MaxNamed).Select(one => $"Khalti did not answer about payment {one.Payment.Id}."),
            .. byKey[false].Count() is > MaxNamed and var all ? (string[])[$"Nor did it answer about {all - MaxNamed} more."] : [],
        ];
    }

    private static string Count(int payments) => payments == 1 ? "1 payment was" : $"{payments} payments were";
}

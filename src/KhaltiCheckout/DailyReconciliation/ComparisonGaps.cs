using KhaltiCheckout.Gateway;
using KhaltiCheckout.Model;

namespace KhaltiCheckout.DailyReconciliation;

/// <summary>What could not be compared, in a sentence each, kept with the day it belongs to.</summary>
internal sealed class ComparisonGaps
{
    private const int MaxNamed = 20;

    private readonly List<(bool OfDay, string Sentence)> _parts = [];
    private readonly List<(bool OfDay, string Sentence)> _records = [];
    private readonly List<(bool OfDay, PaymentMethod Method)> _keyRefused = [];

    internal IReadOnlyList<string> OfDay => [.. Parts(ofDay: true), .. Records(ofDay: true), .. Others(ofDay: true)];

    internal IReadOnlyList<string> OfDaysBefore => [.. Parts(ofDay: false), .. Records(ofDay: false), .. Others(ofDay: false)];

    /// <summary>Those of the day that are one record each, named.</summary>
    internal IReadOnlyList<string> RecordsOfDay => [.. Records(ofDay: true)];

    /// <summary>Something that another comparison may well read.</summary>
    internal void Add(bool ofDay, string sentence) => _parts.Add((ofDay, sentence));

    /// <summary>One record, which may stay as it is however often it is read.</summary>
    internal void AddRecord(bool ofDay, string sentence)
    {
        if (!_records.Contains((ofDay, sentence)))
        {
            _records.Add((ofDay, sentence));
        }
    }

    /// <summary>A payment about which Khalti did not answer.</summary>
    internal void Add(ComparedPayment unanswered, bool ofDay)
    {
        if (unanswered.Record == GatewayRecord.KeyRefused)
        {
            _keyRefused.Add((ofDay, unanswered.Payment.Method));
            return;
        }

        AddRecord(ofDay, $"Khalti did not answer about payment {unanswered.Payment.Id}.");
    }

    private IEnumerable<string> Parts(bool ofDay) =>
    [
        .. _parts.Where(one => one.OfDay == ofDay).Select(one => one.Sentence),
        .. _keyRefused.Where(one => one.OfDay == ofDay).GroupBy(one => one.Method).Select(product =>
            $"Khalti refuses the secret key (Khalti:{(product.Key == PaymentMethod.Widget ? "Widget" : "EPayment")}:SecretKey): "
                + $"{Count(product.Count())} not compared."),
    ];

    private IEnumerable<string> Records(bool ofDay) =>
        _records.Where(one => one.OfDay == ofDay).Select(one => one.Sentence).Take(MaxNamed);

    private string[] Others(bool ofDay) => _records.Count(one => one.OfDay == ofDay) is > MaxNamed and var all
        ? [$"Nor could {all - MaxNamed} more be compared."] : [];

    private static string Count(int payments) => payments == 1 ? "1 payment was" : $"{payments} payments were";
}

using System.ComponentModel.DataAnnotations;

namespace KhaltiCheckout.DailyReconciliation;

/// <summary>The comparison of the days that are over, which the worker makes by itself.</summary>
public sealed class NightOptions
{
    public const string Section = "DailyReconciliation";

    public bool Enabled { get; set; } = true;

    /// <summary>From which time in Nepal the day before is compared.</summary>
    public TimeSpan At { get; set; } = TimeSpan.FromHours(2);

    /// <summary>How many days that are over are compared when they have not been yet.</summary>
    [Range(1, 30, ErrorMessage = "DailyReconciliation:DaysBack must be between 1 and 30.")]
    public int DaysBack { get; set; } = 7;
}

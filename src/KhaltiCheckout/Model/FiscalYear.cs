using System.Globalization;

namespace KhaltiCheckout.Model;

/// <summary>
/// Nepal's fiscal year, from 1 Shrawan to the end of Ashadh of Bikram Sambat: for us, from one mid-July to the next. Pure.
/// </summary>
internal static class FiscalYear
{
    private const int FirstYear = 2070;
    private const int YearsAhead = 57;

    // The day in July on which Shrawan begins, for 2070 and the years after it. Which of the two it is follows the sky and can
    // only be looked up.
    private static readonly int[] FirstDays = [16, 17, 17, 16, 16, 17, 17, 16, 16, 17, 17, 16, 17, 17, 17, 16];

    /// <summary>The last year whose beginning is in the table: published calendars contradict each other about the next one. Later
    /// years begin on 17 July unless the settings say otherwise.</summary>
    internal const int LastKnownYear = 2085;

    /// <summary>The year of Bikram Sambat in which that day's fiscal year began.</summary>
    /// <param name="starts">First days of later years, from the settings.</param>
    internal static int Of(DateOnly day, IReadOnlyDictionary<int, DateOnly> starts)
    {
        int year = day.Year + YearsAhead;
        return day >= StartOf(year, starts) ? year : year - 1;
    }

    internal static DateOnly StartOf(int year, IReadOnlyDictionary<int, DateOnly> starts) =>
        starts.TryGetValue(year, out DateOnly told) ? told
        : new DateOnly(year - YearsAhead, 7, year is >= FirstYear and <= LastKnownYear ? FirstDays[year - FirstYear] : 17);

    /// <summary>Whether the first day of the next fiscal year is not known, so that a day in it would get a guess.</summary>
    internal static bool IsEnding(DateOnly day, IReadOnlyDictionary<int, DateOnly> starts) =>
        Of(day, starts) + 1 is var next && next > LastKnownYear && !starts.ContainsKey(next);

    /// <summary>As it is written, e.g. <c>2083/84</c>.</summary>
    internal static string NameOf(int year) => string.Create(CultureInfo.InvariantCulture, $"{year}/{(year + 1) % 100:00}");
}

using KhaltiCheckout.Model;
using KhaltiCheckout.Views;

namespace KhaltiCheckout.Tests.Model;

public class FiscalYearTests
{
    private static readonly IReadOnlyDictionary<int, DateOnly> Nothing = new Dictionary<int, DateOnly>();

    [Theory]
    [InlineData("2013-07-15", 2069)]
    [InlineData("2013-07-16", 2070)]
    [InlineData("2024-07-15", 2080)]
    [InlineData("2024-07-16", 2081)]
    [InlineData("2025-07-16", 2081)]
    [InlineData("2025-07-17", 2082)]
    [InlineData("2026-07-16", 2082)]
    [InlineData("2026-07-17", 2083)]
    [InlineData("2026-11-21", 2083)]
    [InlineData("2027-04-14", 2083)]
    [InlineData("2027-07-16", 2083)]
    [InlineData("2027-07-17", 2084)]
    [InlineData("2028-07-15", 2084)]
    [InlineData("2028-07-16", 2085)]
    [InlineData("2040-01-01", 2096)]
    public void A_fiscal_year_begins_with_Shrawan(string day, int year) =>
        FiscalYear.Of(Day(day), Nothing).ShouldBe(year);

    /// <summary>The pages' calendar, checked against published ones, knows where Shrawan begins; both must say the same.</summary>
    [Fact]
    public void The_fiscal_years_agree_with_the_pages_month_lengths()
    {
        string[] rows = [.. File.ReadAllLines(Path.Combine(Support.Repository.Root, "wwwroot", "js", "bikram-sambat.js"))
            .Select(line => line.Trim()).Where(line => line.StartsWith("[3", StringComparison.Ordinal))];
        rows.Length.ShouldBe(FiscalYear.LastKnownYear - 2070 + 1);
        DateOnly baisakh = new(2013, 4, 14);
        for (int index = 0; index < rows.Length; index++)
        {
            int[] months = [.. rows[index][1..rows[index].IndexOf(']', StringComparison.Ordinal)].Split(',').Select(int.Parse)];
            FiscalYear.StartOf(2070 + index, Nothing).ShouldBe(baisakh.AddDays(months[0] + months[1] + months[2]));
            baisakh = baisakh.AddDays(months.Sum());
        }
    }

    [Fact]
    public void A_later_fiscal_year_can_be_configured()
    {
        Dictionary<int, DateOnly> told = new() { [2086] = Day("2029-07-16") };

        FiscalYear.Of(Day("2029-07-16"), Nothing).ShouldBe(2085);
        FiscalYear.Of(Day("2029-07-16"), told).ShouldBe(2086);
    }

    [Theory]
    [InlineData("2028-07-15", 0, false)]
    [InlineData("2028-07-16", 0, true)]
    [InlineData("2035-01-01", 0, true)]
    [InlineData("2028-07-16", 2086, false)]
    [InlineData("2029-07-15", 2086, false)]
    [InlineData("2029-07-17", 2086, true)]
    public void The_end_of_the_known_fiscal_years_is_warned_of_a_year_before(string day, int told, bool isEnding) =>
        FiscalYear.IsEnding(Day(day), told == 0 ? Nothing : new Dictionary<int, DateOnly> { [told] = new(told - 57, 7, 17) })
            .ShouldBe(isEnding);

    [Theory]
    [InlineData(2083, 1, "2083/84-000001")]
    [InlineData(2099, 1234567, "2099/00-1234567")]
    public void A_receipt_number_is_formatted_and_parsed(int year, int number, string written)
    {
        new ReceiptNumber(year, number).ToString().ShouldBe(written);
        ReceiptNumber.Parse(written).ShouldBe(new ReceiptNumber(year, number));
    }

    [Theory]
    [InlineData("2083/84-1", true)]
    [InlineData(" 2083/84-000001 ", true)]
    [InlineData("2083/85-1", false)]
    [InlineData("2083-84-1", false)]
    [InlineData("2083/84-", false)]
    [InlineData("", false)]
    public void Text_in_another_format_is_no_receipt_number(string text, bool isNumber) =>
        (ReceiptNumber.Parse(text) is not null).ShouldBe(isNumber);

    [Theory]
    [InlineData(11300, 13, 10000, 1300)]
    [InlineData(18500, 13, 16372, 2128)]
    [InlineData(1, 13, 1, 0)]
    [InlineData(5, 13, 4, 1)]
    [InlineData(long.MaxValue, 13, 8162276138809536112, 1061095898045239695)]
    public void Tax_and_net_price_add_up_to_the_price(long whole, int percent, long taxable, long tax)
    {
        VatView vat = VatView.In(new Khalti.Client.Paisa(whole), percent)!;

        ((long)vat.Taxable, (long)vat.Amount).ShouldBe((taxable, tax));
    }

    private static DateOnly Day(string text) => DateOnly.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}

using KhaltiCheckout.BrowserTests.Pages;
using KhaltiCheckout.BrowserTests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace KhaltiCheckout.BrowserTests;

/// <summary>Nepal's calendar beside the Gregorian one.</summary>
public sealed class BikramSambatTests(Browser browser) : BrowserTest(browser)
{
    private const string Ask =
        """
        async ([year, month, day]) => {
          const { bikramSambat } = await import('/js/bikram-sambat.js');
          const found = bikramSambat(year, month, day);
          return found && `${found.year}-${found.month}-${found.day}`;
        }
        """;

    [Theory]
    [InlineData(2013, 4, 14, "2070-1-1")]
    [InlineData(2015, 4, 25, "2072-1-12")] // the Gorkha earthquake
    [InlineData(2020, 4, 13, "2077-1-1")]
    [InlineData(2021, 4, 14, "2078-1-1")]
    [InlineData(2022, 4, 14, "2079-1-1")]
    [InlineData(2023, 4, 14, "2080-1-1")]
    [InlineData(2024, 4, 13, "2081-1-1")]
    [InlineData(2025, 1, 14, "2081-10-1")] // Maghe Sankranti
    [InlineData(2025, 4, 13, "2081-12-31")]
    [InlineData(2025, 4, 14, "2082-1-1")]
    [InlineData(2026, 3, 5, "2082-11-21")] // election day
    [InlineData(2026, 4, 14, "2083-1-1")]
    [InlineData(2027, 4, 13, "2083-12-30")]
    [InlineData(2027, 4, 14, "2084-1-1")]
    [InlineData(2027, 7, 17, "2084-4-1")] // a fiscal year begins
    [InlineData(2028, 7, 15, "2085-3-31")]
    [InlineData(2028, 7, 16, "2085-4-1")] // and another
    [InlineData(2029, 4, 13, "2085-12-31")]
    [InlineData(2013, 4, 13, null)]
    [InlineData(2029, 4, 14, null)] // not settled yet
    public async Task A_day_that_is_known_is_found(int year, int month, int day, string? found)
    {
        IPage page = await GivenPageAsync();
        (await page.EvaluateAsync<string?>(Ask, new[] { year, month, day })).ShouldBe(found);
    }

    [Fact]
    public async Task Every_day_of_the_table_is_the_one_that_another_program_finds()
    {
        (string? file, string? missing) = await NpmPackage.NepaliDates.FindAsync();
        Need(missing);
        IPage page = await GivenPageAsync();
        await page.EvaluateAsync(await File.ReadAllTextAsync(file!, TestContext.Current.CancellationToken) + "\n;0");

        string[] wrong = await page.EvaluateAsync<string[]>(
            """
            async () => {
              const { bikramSambat } = await import('/js/bikram-sambat.js');
              const Theirs = NepaliDate.default ?? NepaliDate;
              const wrong = [];
              let days = 0;
              for (let at = new Date(2013, 3, 14, 12); at < new Date(2029, 3, 14); at.setDate(at.getDate() + 1), days++) {
                const ours = bikramSambat(at.getFullYear(), at.getMonth() + 1, at.getDate());
                const theirs = new Theirs(at).getBS();
                const isSame = ours?.year === theirs.year && ours.month === theirs.month + 1 && ours.day === theirs.date;
                if (!isSame) wrong.push(at.toDateString());
              }
              return days === 5844 ? wrong : [`${days} days`];
            }
            """);
        wrong.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("2025-04-13T18:14:59Z", "ne", "वि.सं. २०८१ चैत ३१ (सन् २०२५ अप्रिल १३), २३:५९")]
    [InlineData("2025-04-13T18:15:00Z", "ne", "वि.सं. २०८२ वैशाख १ (सन् २०२५ अप्रिल १४), ००:००")] // midnight in Nepal, noon in Lima
    [InlineData("2025-04-13T18:15:00Z", "en", "14 April 2025, 00:00")]
    [InlineData("2029-04-13T18:15:00Z", "ne", "सन् २०२९ अप्रिल १४, ००:००")] // beyond the table
    public async Task A_receipt_has_the_day_of_nepal_in_both_calendars(string paidAt, string language, string shown)
    {
        OrderPage order = await GivenPaidAsync(language, paidAt);

        await Expect(order.Receipt).ToContainTextAsync(shown);
    }

    [Fact]
    public async Task A_time_to_pay_that_ends_another_day_is_told_in_both_calendars()
    {
        await OpenAsync(("Store:OrderLifetime", "2.00:00:00"));
        Visit visit = await VisitAsync(new Shopper(360, "ne"));
        string id = await Shop.GivenOrderAsync();
        await visit.WithoutEventsAsync();
        await visit.Context.RouteAsync(
            "**/api/v1/orders/ord_*", route => route.ChangeAsync(json => json["expiresAt"] = "2027-04-10T06:15:00Z"));
        OrderPage order = await visit.OpenOrderAsync(id);

        await Expect(order.Page.Locator("#pay-before"))
            .ToHaveTextAsync("वि.सं. २०८३ चैत २७ (सन् २०२७ अप्रिल १०), १२:०० बजेभित्र तिर्नुहोस् (नेपाली समय)।");
    }

    private async Task<IPage> GivenPageAsync()
    {
        await OpenAsync();
        Visit visit = await VisitAsync();
        IPage page = await visit.Context.NewPageAsync();
        await page.GotoAsync("/404.html");
        return page;
    }

    private async Task<OrderPage> GivenPaidAsync(string language, string paidAt)
    {
        await OpenAsync();
        Visit visit = await VisitAsync(new Shopper(360, language));
        await visit.WithoutEventsAsync();
        await visit.Context.RouteAsync("**/api/v1/orders/ord_*", route => route.ChangeAsync(json =>
        {
            json["status"] = "paid";
            json["createdAt"] = paidAt;
            json["paidAt"] = paidAt;
        }));
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        await order.ShouldTellAsync("paid");
        return order;
    }
}

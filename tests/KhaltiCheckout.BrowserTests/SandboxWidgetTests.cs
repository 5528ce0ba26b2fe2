using KhaltiCheckout.BrowserTests.Support;

namespace KhaltiCheckout.BrowserTests;

/// <summary>With the widget that Khalti Sandbox brings along.</summary>
public sealed class SandboxWidgetTests(Browser browser) : PayingTests(browser);

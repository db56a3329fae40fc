#include "ui/charts/chart_export.h"

#include <QApplication>
#include <QBuffer>
#include <QClipboard>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QMimeData>
#include <QPageSize>
#include <QPdfWriter>
#include <QSvgGenerator>

#include <algorithm>

#include "core/base/csv.h"
#include "core/base/error.h"
#include "core/base/file.h"

namespace dank::ui {

namespace {

constexpr int kMargin = 20;
constexpr int kTitleHeight = 26;
constexpr int kLegendHeight = 22;
constexpr int kFooterHeight = 20;

/// Paints the margins of the plot in the background colour, over curves and under axes: an SVG viewer may ignore
/// clipping, and a curve that leaves the view must not cross the labels.
class MarginMask : public QCPLayerable {
public:
    MarginMask(Plot *plot, const QColor &colour) : QCPLayerable(plot, QStringLiteral("axes")), m_colour(colour)
    {
        // The first on its layer, so that the axes come after it.
        if (plot->layer(QStringLiteral("mask")) == nullptr)
            plot->addLayer(QStringLiteral("mask"), plot->layer(QStringLiteral("axes")), QCustomPlot::limBelow);
        setLayer(QStringLiteral("mask"));
    }

protected:
    void applyDefaultAntialiasingHint(QCPPainter *painter) const override { painter->setAntialiasing(false); }
    QRect clipRect() const override { return mParentPlot->viewport(); }
    void draw(QCPPainter *painter) override
    {
        const QRect all = mParentPlot->viewport(), area = mParentPlot->axisRect()->rect();
        painter->fillRect(QRect(all.left(), all.top(), all.width(), area.top() - all.top()), m_colour);
        painter->fillRect(QRect(all.left(), area.bottom() + 1, all.width(), all.bottom() - area.bottom()), m_colour);
        painter->fillRect(QRect(all.left(), all.top(), area.left() - all.left(), all.height()), m_colour);
        painter->fillRect(QRect(area.right() + 1, all.top(), all.right() - area.right(), all.height()), m_colour);
    }

private:
    QColor m_colour;
};

QFont exportFont(int pixels, bool bold)
{
    QFont font = fontFor(TextRole::Body);
    font.setPixelSize(pixels);
    font.setWeight(bold ? QFont::DemiBold : QFont::Normal);
    return font;
}

/// Draws the whole page in units; the painter is already scaled to the device.
void paintPage(QCPPainter &painter, Plot &plot, const Tokens &tokens, const QSize &size)
{
    painter.fillRect(QRect(QPoint(0, 0), size), tokens.surface);
    int y = kMargin;
    painter.setFont(exportFont(16, true));
    painter.setPen(tokens.text);
    painter.drawText(QRect(kMargin, y, size.width() - 2 * kMargin, kTitleHeight), Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(plot.exportTitle(), Qt::ElideRight, size.width() - 2 * kMargin));
    y += kTitleHeight;

    const auto legend = plot.legendEntries(tokens);
    if (!legend.isEmpty()) {
        painter.setFont(exportFont(12, false));
        int x = kMargin;
        for (const auto &entry : legend) {
            const double middle = y + kLegendHeight / 2.0;
            if (entry.shape == LegendEntry::Shape::Dot) {
                painter.setPen(Qt::NoPen);
                painter.setBrush(entry.colour);
                painter.setAntialiasing(true);
                painter.drawEllipse(QRectF(x, middle - 4, 8, 8));
                x += 14;
            } else {
                painter.setPen(dashedPen(entry.colour, 1.5, {3, 2}));
                painter.drawLine(QLineF(x, middle, x + 18, middle));
                x += 24;
            }
            painter.setPen(tokens.muted);
            const int width = painter.fontMetrics().horizontalAdvance(entry.text) + 2;
            painter.drawText(QRect(x, y, width, kLegendHeight), Qt::AlignLeft | Qt::AlignVCenter, entry.text);
            x += width + 18;
        }
        y += kLegendHeight;
    }

    const int footer = size.height() - kMargin - kFooterHeight;
    const QRect area(kMargin - 8, y + 4, size.width() - 2 * kMargin + 16, footer - y - 8);
    painter.save();
    painter.translate(area.topLeft());
    plot.toPainter(&painter, area.width(), area.height());
    painter.restore();

    painter.setClipping(false);
    painter.setFont(exportFont(10, false));
    painter.setPen(tokens.muted);
    const QRect line(kMargin, footer, size.width() - 2 * kMargin, kFooterHeight);
    painter.drawText(line, Qt::AlignLeft | Qt::AlignBottom,
                     painter.fontMetrics().elidedText(plot.provenance().footer(), Qt::ElideMiddle, line.width()));
}

/// The plot in the export's colours while this lives.
class ExportStyle {
public:
    ExportStyle(Plot &plot, const Tokens &tokens) : m_plot(plot), m_mask(new MarginMask(&plot, tokens.surface))
    {
        plot.restyle(tokens);
        plot.layer(QStringLiteral("hover"))->setVisible(false);
    }
    ~ExportStyle()
    {
        delete m_mask;
        m_plot.layer(QStringLiteral("hover"))->setVisible(true);
        m_plot.restyle(tokensFor(m_plot.palette()));
        // The layout was made for the page's size: have it made anew for the window's.
        m_plot.requestReplot();
    }

private:
    Plot &m_plot;
    MarginMask *m_mask;
};

}  // namespace

std::optional<ChartFormat> chartFormatFor(const QString &file)
{
    static const QStringList endings{"png", "svg", "pdf", "csv"};  // in ChartFormat's order
    const auto at = endings.indexOf(QFileInfo(file).suffix().toLower());
    return at < 0 ? std::nullopt : std::optional(ChartFormat(at));
}

QByteArray renderTable(const ChartTable &table, const QString &title, const QString &footer)
{
    std::string text =
        csvComment(title.simplified().toStdString()) + '\n' + csvComment(footer.simplified().toStdString()) + '\n';
    const auto addRow = [&text](const QStringList &fields) {
        for (qsizetype i = 0; i < fields.size(); ++i) {
            if (i > 0)
                text += ',';
            text += csvCell(fields[i].toStdString());
        }
        text += '\n';
    };
    addRow(table.columns);
    for (const auto &row : table.rows)
        addRow(row);
    return QByteArray::fromStdString(text);
}

QByteArray renderChart(Plot &plot, const ChartExportOptions &options)
{
    if (options.format == ChartFormat::Csv)
        return renderTable(plot.table(), plot.exportTitle(), plot.provenance().footer());
    const Tokens &tokens = lightTokens();  // whatever the window wears
    const ExportStyle style(plot, tokens);
    const QSize size = options.size.expandedTo({320, 240});
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    const auto paint = [&](QPaintDevice *device, double scale, bool vector) {
        QCPPainter painter;
        if (!painter.begin(device))
            throw Error(ErrorKind::Memory, "The chart could not be drawn at this size. Try a smaller one.");
        painter.setMode(QCPPainter::pmNoCaching);
        painter.setMode(QCPPainter::pmVectorized, vector);
        painter.scale(scale, scale);
        paintPage(painter, plot, tokens, size);
        painter.end();
    };
    switch (options.format) {
    case ChartFormat::Png: {
        const int scale = std::clamp(options.scale, 1, 4);
        QImage image(size * scale, QImage::Format_RGB32);
        if (image.isNull())
            throw Error(ErrorKind::Memory, "The chart could not be drawn at this size. Try a smaller one.");
        image.setDotsPerMeterX(3780 * scale);
        image.setDotsPerMeterY(3780 * scale);
        image.setText(QStringLiteral("Title"), plot.exportTitle());
        image.setText(QStringLiteral("Description"), plot.provenance().footer());
        image.fill(tokens.surface);
        // Pixel sizes of fonts do not follow the dots per metre, the painter's scale does all.
        paint(&image, scale, false);
        if (!image.save(&buffer, "PNG"))
            throw Error(ErrorKind::Memory, "The chart could not be written as PNG.");
        break;
    }
    case ChartFormat::Svg: {
        QSvgGenerator generator;
        generator.setOutputDevice(&buffer);
        generator.setSize(size);
        generator.setViewBox(QRect(QPoint(0, 0), size));
        generator.setResolution(96);
        generator.setTitle(plot.exportTitle());
        generator.setDescription(plot.provenance().footer());
        paint(&generator, 1, true);
        break;
    }
    case ChartFormat::Pdf: {
        QPdfWriter writer(&buffer);
        writer.setResolution(1200);
        writer.setPageMargins(QMarginsF(0, 0, 0, 0));
        writer.setPageSize(QPageSize(QSizeF(size), QPageSize::Point, {}, QPageSize::ExactMatch));
        writer.setTitle(plot.exportTitle());
        writer.setCreator(plot.provenance().footer());
        paint(&writer, 1200.0 / 72.0, true);
        break;
    }
    case ChartFormat::Csv: break;
    }
    buffer.close();
    return bytes;
}

void exportChart(Plot &plot, const QString &file, const ChartExportOptions &options)
{
    const QByteArray bytes = renderChart(plot, options);
    writeFileAtomically(std::filesystem::path(QFile::encodeName(file).toStdString()),
                        std::string_view(bytes.constData(), std::size_t(bytes.size())));
}

QString exportChartWithDialog(QWidget *parent, Plot &plot, const QString &suggestedName)
{
    const QStringList filters{QObject::tr("PNG picture, 2× (*.png)"), QObject::tr("PNG picture, 1× (*.png)"),
                              QObject::tr("PNG picture, 4× (*.png)"), QObject::tr("SVG drawing (*.svg)"),
                              QObject::tr("PDF document (*.pdf)"),    QObject::tr("CSV, the figures (*.csv)")};
    static const QStringList endings{"png", "png", "png", "svg", "pdf", "csv"};
    QString filter = filters.first();
    QString file =
        QFileDialog::getSaveFileName(parent, QObject::tr("Export chart"), suggestedName + QStringLiteral(".png"),
                                     filters.join(QStringLiteral(";;")), &filter);
    if (file.isEmpty())
        return {};
    const auto chosen = std::max<qsizetype>(0, filters.indexOf(filter));
    ChartExportOptions options;
    options.scale = chosen == 1 ? 1 : chosen == 2 ? 4 : 2;
    // What the name says wins over the filter: people type the ending they want.
    auto format = chartFormatFor(file);
    if (!format || (chosen > 2 && file.endsWith(QLatin1String(".png")))) {
        if (format)
            file.chop(4);
        file += QLatin1Char('.') + endings[chosen];
        format = chartFormatFor(file);
        if (QFile::exists(file)
            && QMessageBox::question(parent, QObject::tr("Export chart"),
                                     QObject::tr("%1 is there already. Replace it?").arg(file))
                   != QMessageBox::Yes)
            return {};
    }
    options.format = *format;
    try {
        exportChart(plot, file, options);
    } catch (const Error &error) {
        QMessageBox box(QMessageBox::Warning, QObject::tr("Export chart"),
                        QString::fromStdString(printableLines(error.what())), QMessageBox::Ok, parent);
        box.setTextFormat(Qt::PlainText);
        box.exec();
        return {};
    }
    return file;
}

void copyChart(Plot &plot)
{
    ChartExportOptions options;
    const QByteArray bytes = renderChart(plot, options);
    auto *data = new QMimeData;
    data->setData(QStringLiteral("image/png"), bytes);  // what our own window takes
    data->setImageData(QImage::fromData(bytes, "PNG"));
    QApplication::clipboard()->setMimeData(data);
}

void connectChartExport(Plot &plot, const QString &suggestedName)
{
    QObject::connect(&plot, &Plot::copyRequested, &plot, [&plot] { copyChart(plot); });
    QObject::connect(&plot, &Plot::exportRequested, &plot,
                     [&plot, suggestedName] { exportChartWithDialog(plot.window(), plot, suggestedName); });
}

}  // namespace dank::ui

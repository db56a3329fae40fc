#include "ui/widgets/style.h"

#include <QAbstractSpinBox>
#include <QApplication>
#include <QKeyEvent>
#include <QPainter>
#include <QPainterPath>
#include <QStyleOption>
#include <QTableView>
#include <QWidget>

#include <algorithm>

#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kControlHeight = 30;
constexpr double kRadius = 6;
constexpr int kTextInset = 5;
constexpr int kCellInset = 7;

bool isAltHeld(const QEvent *event)
{
    return static_cast<const QKeyEvent *>(event)->modifiers() & Qt::AltModifier;
}

void drawField(QPainter *painter, const QRect &rect, const QStyleOption &option)
{
    const Tokens &t = tokensFor(option.palette);
    const bool enabled = option.state & QStyle::State_Enabled;
    const bool focus = enabled && (option.state & QStyle::State_HasFocus);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const double width = focus ? 2 : 1;
    painter->setPen(QPen(focus ? t.accent : t.line, width));
    painter->setBrush(enabled ? t.surface : t.background);
    const double inset = width / 2;
    painter->drawRoundedRect(QRectF(rect).adjusted(inset, inset, -inset, -inset), kRadius, kRadius);
    painter->restore();
}

/// A small stroke arrow in the middle of `rect`.
void drawChevron(QPainter *painter, const QRectF &rect, bool down, const QColor &colour)
{
    constexpr double kHalfWidth = 3.5, kHalfHeight = 1.75;
    const QPointF c = rect.center();
    const double dy = down ? kHalfHeight : -kHalfHeight;
    QPainterPath path(QPointF(c.x() - kHalfWidth, c.y() - dy));
    path.lineTo(c.x(), c.y() + dy);
    path.lineTo(c.x() + kHalfWidth, c.y() - dy);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(colour, 1.5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter->setBrush(Qt::NoBrush);
    painter->drawPath(path);
    painter->restore();
}

}  // namespace

ThemeStyle::ThemeStyle() : QProxyStyle(QStringLiteral("Fusion")) {}

void ThemeStyle::drawPrimitive(PrimitiveElement element, const QStyleOption *option, QPainter *painter,
                               const QWidget *widget) const
{
    switch (element) {
    case PE_PanelLineEdit:
        if (const auto *frame = qstyleoption_cast<const QStyleOptionFrame *>(option); frame && frame->lineWidth > 0)
            drawField(painter, option->rect, *option);
        return;
    case PE_FrameLineEdit: drawField(painter, option->rect, *option); return;
    case PE_FrameFocusRect: {
        const Tokens &t = tokensFor(option->palette);
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(QPen(t.accent, 1.5));
        painter->setBrush(Qt::NoBrush);
        painter->drawRoundedRect(QRectF(option->rect).adjusted(1, 1, -1, -1), 4, 4);
        painter->restore();
        return;
    }
    default: QProxyStyle::drawPrimitive(element, option, painter, widget);
    }
}

void ThemeStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex *option, QPainter *painter,
                                    const QWidget *widget) const
{
    const Tokens &t = tokensFor(option->palette);
    const bool enabled = option->state & State_Enabled;
    if (control == CC_ComboBox) {
        drawField(painter, option->rect, *option);
        const QRect arrow = proxy()->subControlRect(control, option, SC_ComboBoxArrow, widget);
        drawChevron(painter, arrow, true, enabled ? t.muted : t.line);
        return;
    }
    if (control == CC_SpinBox) {
        const auto *spin = qstyleoption_cast<const QStyleOptionSpinBox *>(option);
        drawField(painter, option->rect, *option);
        if (spin && spin->buttonSymbols != QAbstractSpinBox::NoButtons) {
            const auto colour = [&](QAbstractSpinBox::StepEnabledFlag step) {
                return enabled && (spin->stepEnabled & step) ? t.muted : t.line;
            };
            const QRectF up = proxy()->subControlRect(control, option, SC_SpinBoxUp, widget);
            const QRectF down = proxy()->subControlRect(control, option, SC_SpinBoxDown, widget);
            drawChevron(painter, up.translated(0, 1), false, colour(QAbstractSpinBox::StepUpEnabled));
            drawChevron(painter, down.translated(0, -1), true, colour(QAbstractSpinBox::StepDownEnabled));
        }
        return;
    }
    QProxyStyle::drawComplexControl(control, option, painter, widget);
}

QSize ThemeStyle::sizeFromContents(ContentsType type, const QStyleOption *option, const QSize &size,
                                   const QWidget *widget) const
{
    QSize result = QProxyStyle::sizeFromContents(type, option, size, widget);
    if (type == CT_ComboBox || type == CT_SpinBox || type == CT_LineEdit)
        result.setHeight(std::max(result.height(), kControlHeight));
    return result;
}

int ThemeStyle::styleHint(StyleHint hint, const QStyleOption *option, const QWidget *widget,
                          QStyleHintReturn *returnData) const
{
    if (hint == SH_ComboBox_Popup || hint == SH_DialogButtonBox_ButtonsHaveIcons)
        return 0;
    if (hint == SH_UnderlineShortcut)
        return m_alt;
    return QProxyStyle::styleHint(hint, option, widget, returnData);
}

int ThemeStyle::pixelMetric(PixelMetric metric, const QStyleOption *option, const QWidget *widget) const
{
    // The room beside a cell's text; makes cells stand under their header.
    if (metric == PM_FocusFrameHMargin && qobject_cast<const QTableView *>(widget))
        return kCellInset;
    return QProxyStyle::pixelMetric(metric, option, widget);
}

QRect ThemeStyle::subElementRect(SubElement element, const QStyleOption *option, const QWidget *widget) const
{
    QRect rect = QProxyStyle::subElementRect(element, option, widget);
    if (element == SE_LineEditContents)
        if (const auto *frame = qstyleoption_cast<const QStyleOptionFrame *>(option); frame && frame->lineWidth > 0)
            rect.adjust(kTextInset, 0, -kTextInset, 0);
    return rect;
}

QRect ThemeStyle::subControlRect(ComplexControl control, const QStyleOptionComplex *option, SubControl part,
                                 const QWidget *widget) const
{
    const QRect rect = QProxyStyle::subControlRect(control, option, part, widget);
    const bool text = (control == CC_ComboBox && part == SC_ComboBoxEditField)
                      || (control == CC_SpinBox && part == SC_SpinBoxEditField);
    if (!text)
        return rect;
    return option->direction == Qt::RightToLeft ? rect.adjusted(0, 0, -kTextInset, 0)
                                                : rect.adjusted(kTextInset, 0, 0, 0);
}

void ThemeStyle::polish(QApplication *application)
{
    QProxyStyle::polish(application);
    application->installEventFilter(this);
}

void ThemeStyle::polish(QWidget *widget)
{
    QProxyStyle::polish(widget);
    // With an application style sheet, spin boxes do not ask sizeFromContents().
    if (qobject_cast<QAbstractSpinBox *>(widget) && widget->minimumHeight() < kControlHeight)
        widget->setMinimumHeight(kControlHeight);
}

bool ThemeStyle::eventFilter(QObject *watched, QEvent *event)
{
    const QEvent::Type type = event->type();
    if (type == QEvent::KeyPress || type == QEvent::KeyRelease || type == QEvent::WindowDeactivate) {
        const bool alt = type == QEvent::KeyPress
                         && (static_cast<QKeyEvent *>(event)->key() == Qt::Key_Alt || (m_alt && isAltHeld(event)));
        if (alt != m_alt) {
            m_alt = alt;
            if (QWidget *window = QApplication::activeWindow())
                for (QWidget *child : window->findChildren<QWidget *>())
                    child->update();
        }
    }
    return QProxyStyle::eventFilter(watched, event);
}

}  // namespace dank::ui
